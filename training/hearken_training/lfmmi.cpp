// LF-MMI forward-backward over a batch: numerator graphs, dense phone-trigram denominator.
// Every sequence is independent, so OpenMP runs one a thread. Probabilities are rescaled frame by frame (numerators in double).
// A unit is a phone behind a left phone, or a class of such. Output layout of a frame: [entry pdf of unit 0..U-1 | self-loop pdf
// of unit 0..U-1]. unit[b * K + c] is the unit of phone c behind phone b.
#include <cmath>
#include <cstring>
#include <vector>

namespace {

constexpr float kStay = 0.5f;  // self-loop probability of a phone's second state
constexpr float kLeave = 0.5f;

// exp(y - rowmax), floored, and the sum of the row maxima.
double scaled(const float* y, int frames, int width, std::vector<float>& e) {
  double offset = 0;
  e.resize(size_t(frames) * width);
  for (int t = 0; t < frames; t++) {
    const float* row = y + size_t(t) * width;
    float top = row[0];
    for (int k = 1; k < width; k++) top = row[k] > top ? row[k] : top;
    offset += top;
    for (int k = 0; k < width; k++) e[size_t(t) * width + k] = std::exp(std::fmax(row[k] - top, -30.0f));
  }
  return offset;
}

// Adds the denominator's occupation to grad (+) and returns log Z.
double denominator(const std::vector<float>& e, int frames, int K, const int* unit, int U, const float* P, const float* PT,
                   const float* init, float* grad) {
  const int S = K * K, W = 2 * U;
  std::vector<float> in(S), loop(S);
  const auto gather = [&](int t) {
    const float* row = &e[size_t(t) * W];
    for (int i = 0; i < S; i++) in[i] = row[unit[i]];
    for (int i = 0; i < S; i++) loop[i] = row[U + unit[i]];
  };
  std::vector<float> alpha(size_t(frames) * S), m(size_t(frames) * S, 0.0f), beta(S, 1.0f), next(S), enter(S);
  std::vector<float> scale(frames);
  double logz = 0;
  for (int t = 0; t < frames; t++) {
    float* a = &alpha[size_t(t) * S];
    gather(t);
    if (t == 0) {
      for (int i = 0; i < S; i++) a[i] = init[i] * in[i];
    } else {
      const float* p = &alpha[size_t(t - 1) * S];
      float* mt = &m[size_t(t) * S];
      for (int b = 0; b < K; b++)
        for (int x = 0; x < K; x++) {
          const float w = p[x * K + b];
          const float* row = P + (size_t(x) * K + b) * K;
          for (int c = 0; c < K; c++) mt[b * K + c] += w * row[c];
        }
      for (int i = 0; i < S; i++) a[i] = mt[i] * kLeave * in[i] + p[i] * kStay * loop[i];
    }
    float sum = 1e-30f;
    for (int i = 0; i < S; i++) sum += a[i];
    const float inv = 1 / sum;
    for (int i = 0; i < S; i++) a[i] *= inv;
    scale[t] = sum;
    logz += std::log(double(sum));
  }
  for (int t = frames - 1; t >= 0; t--) {
    gather(t);
    float* g = grad + size_t(t) * W;
    if (t == 0) {
      for (int i = 0; i < S; i++) g[unit[i]] += alpha[i] * beta[i];
      break;
    }
    const float inv = 1 / scale[t];
    const float *mt = &m[size_t(t) * S], *p = &alpha[size_t(t - 1) * S];
    for (int i = 0; i < S; i++) {
      enter[i] = beta[i] * kLeave * in[i] * inv;
      next[i] = beta[i] * kStay * loop[i] * inv;
      g[unit[i]] += mt[i] * enter[i];
      g[U + unit[i]] += p[i] * next[i];
    }
    // next[a][b] += sum_c P[a][b][c] enter[b][c]; PT is [b][c][a] so that the inner loop runs over a.
    for (int b = 0; b < K; b++) {
      float acc[256] = {0};
      for (int c = 0; c < K; c++) {
        const float w = enter[b * K + c];
        const float* row = PT + (size_t(b) * K + c) * K;
        for (int x = 0; x < K; x++) acc[x] += w * row[x];
      }
      for (int x = 0; x < K; x++) next[x * K + b] += acc[x];
    }
    beta.swap(next);
  }
  return logz;
}

// A transcript as a graph: states in topological order, state s emits unit[s] and is entered from pred[first[s]..first[s+1]).
struct Numerator {
  const int *unit, *first, *pred;
  const unsigned char *initial, *final;
  int states;
};

// Adds the numerator's occupation times -1 to grad; returns log Z, or -inf where no path fits.
double numerator(const std::vector<float>& e, int frames, int U, const Numerator& n, float* grad) {
  const int S = n.states, W = 2 * U;
  std::vector<double> alpha(size_t(frames) * S, 0.0), scale(frames), beta(S, 0.0), next(S);
  double logz = 0;
  for (int t = 0; t < frames; t++) {
    const float *in = &e[size_t(t) * W], *loop = in + U;
    double *a = &alpha[size_t(t) * S], sum = 0;
    const double* p = a - S;
    for (int s = 0; s < S; s++) {
      if (t == 0) {
        a[s] = n.initial[s] ? in[n.unit[s]] * kLeave : 0;
      } else {
        double from = 0;
        for (int k = n.first[s]; k < n.first[s + 1]; k++) from += p[n.pred[k]];
        a[s] = from * kLeave * in[n.unit[s]] + p[s] * kStay * loop[n.unit[s]];
      }
      sum += a[s];
    }
    if (!(sum > 0)) return -INFINITY;
    for (int s = 0; s < S; s++) a[s] /= sum;
    scale[t] = sum;
    logz += std::log(sum);
  }
  const double* last = &alpha[size_t(frames - 1) * S];
  double total = 0;
  for (int s = 0; s < S; s++) total += n.final[s] ? last[s] : 0;
  if (!(total > 1e-280)) return -INFINITY;
  logz += std::log(total);
  for (int s = 0; s < S; s++) beta[s] = n.final[s] ? 1 / total : 0;
  for (int t = frames - 1; t >= 0; t--) {
    const float *in = &e[size_t(t) * W], *loop = in + U;
    float* g = grad + size_t(t) * W;
    if (t == 0) {
      for (int s = 0; s < S; s++) g[n.unit[s]] -= float(alpha[s] * beta[s]);
      break;
    }
    const double *p = &alpha[size_t(t - 1) * S], inv = 1 / scale[t];
    std::memset(next.data(), 0, sizeof(double) * S);
    for (int s = 0; s < S; s++) {
      const double enter = beta[s] * kLeave * in[n.unit[s]] * inv, stay = beta[s] * kStay * loop[n.unit[s]] * inv;
      double from = 0;
      for (int k = n.first[s]; k < n.first[s + 1]; k++) {
        from += p[n.pred[k]];
        next[n.pred[k]] += enter;
      }
      next[s] += stay;
      g[n.unit[s]] -= float(from * enter);
      g[U + n.unit[s]] -= float(p[s] * stay);
    }
    beta.swap(next);
  }
  return logz;
}

}  // namespace

// y, grad: [B, T, 2U]. Numerators are concatenated: states of sequence i at offset[i]..offset[i+1], `first` into `pred` over all,
// `pred` relative to the sequence's first state. grad is d(log Zden - log Znum)/dy, zero for sequences whose numerator has no
// path. `boost` makes the denominator's paths likelier by that much a frame where they depart from the numerator's (Zhang et al.
// 2020, lattice-free boosted MMI). log_num/log_den: [B].
extern "C" void lfmmi(const float* y, int B, int T, int K, int U, const int* units, const int* length, const float* P,
                      const float* PT, const float* init, const int* unit, const int* first, const int* pred,
                      const unsigned char* initial, const unsigned char* final, const int* offset, float boost,
                      float* grad, double* log_num, double* log_den) {
#pragma omp parallel for schedule(dynamic, 1)
  for (int i = 0; i < B; i++) {
    const int frames = length[i], W = 2 * U, at = offset[i];
    float* g = grad + size_t(i) * T * W;
    std::memset(g, 0, sizeof(float) * T * W);
    std::vector<float> e;
    const double top = scaled(y + size_t(i) * T * W, frames, W, e);
    const Numerator n{unit + at, first + at, pred, initial + at, final + at, offset[i + 1] - at};
    log_num[i] = top + numerator(e, frames, U, n, g);
    if (!std::isfinite(log_num[i])) {
      std::memset(g, 0, sizeof(float) * T * W);
      log_den[i] = 0;
      continue;
    }
    if (boost != 0)
      for (size_t k = 0; k < e.size(); k++) e[k] *= std::exp(boost * g[k]);  // g is minus the numerator's occupation here
    log_den[i] = top + denominator(e, frames, K, units, U, P, PT, init, g);
  }
}

// The best path through each numerator: its state at every frame in path [B x T], or -1 where no path fits. Arguments as above.
extern "C" void best_paths(const float* y, int B, int T, int U, const int* length, const int* unit, const int* first,
                           const int* pred, const unsigned char* initial, const unsigned char* final, const int* offset,
                           int* path) {
#pragma omp parallel for schedule(dynamic, 1)
  for (int i = 0; i < B; i++) {
    const int frames = length[i], W = 2 * U, at = offset[i], S = offset[i + 1] - at;
    const float* scores = y + size_t(i) * T * W;
    int* out = path + size_t(i) * T;
    for (int t = 0; t < T; t++) out[t] = -1;
    std::vector<float> before(S, -INFINITY), now(S);
    std::vector<int> from(size_t(frames) * S, -1);
    for (int t = 0; t < frames; t++) {
      const float *in = scores + size_t(t) * W, *loop = in + U;
      for (int s = 0; s < S; s++) {
        const int u = unit[at + s];
        float best = t == 0 ? (initial[at + s] ? in[u] : -INFINITY) : before[s] + loop[u];
        int state = s;
        for (int k = first[at + s]; t > 0 && k < first[at + s + 1]; k++)
          if (before[pred[k]] + in[u] > best) best = before[pred[k]] + in[u], state = pred[k];
        now[s] = best;
        from[size_t(t) * S + s] = state;
      }
      before.swap(now);
    }
    int last = -1;
    for (int s = 0; s < S; s++)
      if (final[at + s] && std::isfinite(before[s]) && (last < 0 || before[s] > before[last])) last = s;
    for (int t = frames - 1; t >= 0 && last >= 0; t--) {
      out[t] = last;
      last = from[size_t(t) * S + last];
    }
  }
}
