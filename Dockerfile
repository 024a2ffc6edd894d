# syntax=docker/dockerfile:1
# The server: docker build -t crowdcount .
# What prepares models, with PyTorch: docker build -t crowdcount-models --target models .

FROM node:22-bookworm-slim AS client
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY client ./client
COPY static ./static
RUN npm run --silent build

FROM python:3.11-slim-bookworm AS program
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/crowdcount/bin:$PATH
WORKDIR /src
RUN python -m venv /opt/crowdcount
COPY requirements-postgres.lock ./
RUN pip install --no-deps --require-hashes -r requirements-postgres.lock
COPY pyproject.toml setup.py MANIFEST.in README.md LICENSE ./
COPY server ./server
COPY migrations ./migrations
COPY --from=client /src/static ./static
RUN pip install --no-deps .

FROM python:3.11-slim-bookworm AS base
ENV PATH=/opt/crowdcount/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CROWDCOUNT_HOST=0.0.0.0 \
    CROWDCOUNT_PORT=8000 \
    CROWDCOUNT_DATA_DIR=/data \
    CROWDCOUNT_MODELS_DIR=/models
RUN useradd --system --uid 10001 --user-group --home-dir /data --no-create-home crowdcount \
    && install -d -o crowdcount -g crowdcount -m 0700 /data \
    && install -d -o crowdcount -g crowdcount -m 0755 /models
VOLUME ["/data", "/models"]
ENTRYPOINT ["crowdcount"]

FROM program AS exporter
COPY requirements-models.lock ./
RUN pip install --no-deps --require-hashes -r requirements-models.lock \
    && pip install --no-deps --index-url https://download.pytorch.org/whl/cpu torch==2.13.0 torchvision==0.28.0

FROM base AS models
COPY --from=exporter /opt/crowdcount /opt/crowdcount
USER crowdcount
CMD ["models", "pull"]

FROM base AS server
LABEL org.opencontainers.image.title="crowdcount" \
      org.opencontainers.image.description="Counts people in camera streams and videos, in any browser" \
      org.opencontainers.image.licenses="AGPL-3.0-or-later"
COPY --from=program /opt/crowdcount /opt/crowdcount
USER crowdcount
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['CROWDCOUNT_PORT'] + '/healthz', timeout=4)"]
CMD ["serve"]
