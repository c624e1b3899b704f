# syntax=docker/dockerfile:1
# The service on Node 24, which runs the TypeScript sources as they are. Debian-based: the embedded PostgreSQL needs glibc.

FROM node:24-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force

FROM node:24-bookworm-slim
# NODE_ENV=production: pass MASTER_KEY_FILE (a mounted secret), MASTER_KEY_COMMAND or MASTER_KEY, or the service does not start.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8345 DATA_DIR=/data
WORKDIR /app
RUN install -d -o node -g node /data
COPY --from=build /app/node_modules ./node_modules
COPY package.json tsconfig.json openapi.yaml ./
COPY src ./src
COPY drizzle ./drizzle
COPY seeds ./seeds
COPY scripts/healthcheck.mjs ./scripts/
USER node
VOLUME /data
EXPOSE 8345
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "scripts/healthcheck.mjs"]
STOPSIGNAL SIGTERM
CMD ["node", "src/main.ts", "serve"]
