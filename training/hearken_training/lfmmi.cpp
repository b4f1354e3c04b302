// LF-MMI forward-backward over a batch: banded numerators, dense phone-trigram denominator.
// Every sequence is independent, so OpenMP runs one a thread. Probabilities are rescaled frame by frame (numerators in double).
// Output layout of a frame: [entry pdf of phone 0..K-1 | self-loop pdf of phone 0..K-1].
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
double denominator(const std::vector<float>& e, int frames, int K, const float* P, const float* PT, const float* init,
                   float* grad) {
  const int S = K * K, W = 2 * K;
  std::vector<float> alpha(size_t(frames) * S), m(size_t(frames) * S, 0.0f), beta(S, 1.0f), next(S), enter(S);
  std::vector<float> scale(frames);
  double logz = 0;
  for (int t = 0; t < frames; t++) {
    float* a = &alpha[size_t(t) * S];
    const float *in = &e[size_t(t) * W], *loop = in + K;
    if (t == 0) {
      for (int b = 0; b < K; b++)
        for (int c = 0; c < K; c++) a[b * K + c] = init[b * K + c] * in[c];
    } else {
      const float* p = &alpha[size_t(t - 1) * S];
      float* mt = &m[size_t(t) * S];
      for (int b = 0; b < K; b++)
        for (int x = 0; x < K; x++) {
          const float w = p[x * K + b];
          const float* row = P + (size_t(x) * K + b) * K;
          for (int c = 0; c < K; c++) mt[b * K + c] += w * row[c];
        }
      for (int b = 0; b < K; b++)
        for (int c = 0; c < K; c++)
          a[b * K + c] = mt[b * K + c] * kLeave * in[c] + p[b * K + c] * kStay * loop[c];
    }
    float sum = 1e-30f;
    for (int i = 0; i < S; i++) sum += a[i];
    const float inv = 1 / sum;
    for (int i = 0; i < S; i++) a[i] *= inv;
    scale[t] = sum;
    logz += std::log(double(sum));
  }
  for (int t = frames - 1; t >= 0; t--) {
    const float *in = &e[size_t(t) * W], *loop = in + K;
    float* g = grad + size_t(t) * W;
    if (t == 0) {
      const float* a = &alpha[0];
      for (int b = 0; b < K; b++)
        for (int c = 0; c < K; c++) g[c] += a[b * K + c] * beta[b * K + c];
      break;
    }
    const float inv = 1 / scale[t];
    const float *mt = &m[size_t(t) * S], *p = &alpha[size_t(t - 1) * S];
    for (int b = 0; b < K; b++)
      for (int c = 0; c < K; c++) {
        const int i = b * K + c;
        enter[i] = beta[i] * kLeave * in[c] * inv;
        const float stay = beta[i] * kStay * loop[c] * inv;
        g[c] += mt[i] * enter[i];
        g[K + c] += p[i] * stay;
        next[i] = stay;
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

// Adds the numerator's occupation times -1 to grad; returns log Z, or -inf where no path fits.
double numerator(const std::vector<float>& e, int frames, int K, const int* phones, const unsigned char* optional,
                 int S, float* grad) {
  const int W = 2 * K;
  std::vector<double> alpha(size_t(frames) * S, 0.0), scale(frames), beta(S, 0.0), next(S);
  double logz = 0;
  for (int t = 0; t < frames; t++) {
    const float *in = &e[size_t(t) * W], *loop = in + K;
    double *a = &alpha[size_t(t) * S], sum = 0;
    if (t == 0) {
      a[0] = in[phones[0]] * kLeave;
      if (S > 1 && optional[0]) a[1] = in[phones[1]] * kLeave;
      for (int s = 0; s < S && s < 2; s++) sum += a[s];
    } else {
      const double* p = &alpha[size_t(t - 1) * S];
      for (int s = 0; s < S; s++) {
        double from = s > 0 ? p[s - 1] : 0;
        if (s > 1 && optional[s - 1]) from += p[s - 2];
        a[s] = from * kLeave * in[phones[s]] + p[s] * kStay * loop[phones[s]];
        sum += a[s];
      }
    }
    if (!(sum > 0)) return -INFINITY;
    for (int s = 0; s < S; s++) a[s] /= sum;
    scale[t] = sum;
    logz += std::log(sum);
  }
  const double* last = &alpha[size_t(frames - 1) * S];
  const bool skip_last = S > 1 && optional[S - 1];
  const double total = last[S - 1] + (skip_last ? last[S - 2] : 0);
  if (!(total > 1e-280)) return -INFINITY;
  logz += std::log(total);
  beta[S - 1] = 1 / total;
  if (skip_last) beta[S - 2] = 1 / total;
  for (int t = frames - 1; t >= 0; t--) {
    const float *in = &e[size_t(t) * W], *loop = in + K;
    float* g = grad + size_t(t) * W;
    const double* a = &alpha[size_t(t) * S];
    if (t == 0) {
      for (int s = 0; s < S; s++) g[phones[s]] -= float(a[s] * beta[s]);
      break;
    }
    const double *p = &alpha[size_t(t - 1) * S], inv = 1 / scale[t];
    std::memset(next.data(), 0, sizeof(double) * S);
    for (int s = 0; s < S; s++) {
      const double enter = beta[s] * kLeave * in[phones[s]] * inv, stay = beta[s] * kStay * loop[phones[s]] * inv;
      double from = s > 0 ? p[s - 1] : 0;
      if (s > 0) next[s - 1] += enter;
      if (s > 1 && optional[s - 1]) {
        from += p[s - 2];
        next[s - 2] += enter;
      }
      next[s] += stay;
      g[phones[s]] -= float(from * enter);
      g[K + phones[s]] -= float(p[s] * stay);
    }
    beta.swap(next);
  }
  return logz;
}

}  // namespace

// y, grad: [B, T, 2K]. phones/optional: concatenated, sequence i at offset[i]..offset[i+1]. grad is d(log Zden - log Znum)/dy,
// zero for sequences whose numerator has no path. log_num/log_den: [B].
extern "C" void lfmmi(const float* y, int B, int T, int K, const int* length, const float* P, const float* PT,
                      const float* init, const int* phones, const unsigned char* optional, const int* offset, float* grad,
                      double* log_num, double* log_den) {
#pragma omp parallel for schedule(dynamic, 1)
  for (int i = 0; i < B; i++) {
    const int frames = length[i], W = 2 * K;
    float* g = grad + size_t(i) * T * W;
    std::memset(g, 0, sizeof(float) * T * W);
    std::vector<float> e;
    const double top = scaled(y + size_t(i) * T * W, frames, W, e);
    log_num[i] = top + numerator(e, frames, K, phones + offset[i], optional + offset[i], offset[i + 1] - offset[i], g);
    if (!std::isfinite(log_num[i])) {
      std::memset(g, 0, sizeof(float) * T * W);
      log_den[i] = 0;
      continue;
    }
    log_den[i] = top + denominator(e, frames, K, P, PT, init, g);
  }
}
