FROM node:24-bookworm-slim AS build
WORKDIR /hearken
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /hearken
COPY --from=build /hearken/package.json ./
COPY --from=build /hearken/node_modules node_modules
COPY --from=build /hearken/dist dist
COPY --from=build /hearken/models models
COPY --from=build /hearken/lexicon lexicon
COPY --from=build /hearken/server/demo server/demo
USER node
EXPOSE 2700
# Tokens are needed to listen beyond the container: docker run -e HEARKEN_TOKENS=secret -p 2700:2700 hearken
CMD ["node", "dist/src/cli/main.js", "serve", "--host", "0.0.0.0"]
