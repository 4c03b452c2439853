# syntax=docker/dockerfile:1

# The base images. The release workflow resolves each tag once, builds with the digest and records it in a
# label. To build from the same images again, pass the digests of that label, or those of this command:
#   docker buildx imagetools inspect --format '{{.Manifest.Digest}}' gcr.io/distroless/cc-debian12:nonroot
#   docker build --build-arg RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot@sha256:… .
ARG DENO_IMAGE=denoland/deno:debian-2.9.6
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

# The build runs on the builder's own architecture, whatever the target's: only the binary differs.
FROM --platform=$BUILDPLATFORM $DENO_IMAGE AS build
WORKDIR /build

# Dependencies have a layer of their own, which lasts until they change.
COPY deno.json deno.lock ./
COPY src/web/deno.json ./src/web/
RUN deno install --frozen

COPY main.ts LICENSE ./
COPY scripts ./scripts
COPY stand_ins ./stand_ins
COPY src ./src
ARG COMMIT=unknown
ARG COMMIT_DATE=unknown
RUN COMMIT=$COMMIT COMMIT_DATE=$COMMIT_DATE deno task bundle

ARG TARGETARCH
RUN case $TARGETARCH in amd64) name=x64 ;; *) name=$TARGETARCH ;; esac \
  && deno run -A scripts/compile.ts --image linux-$name \
  && mv dist/astrolabe-linux-$name dist/astrolabe

FROM $RUNTIME_IMAGE
ARG RUNTIME_IMAGE
ARG VERSION=0.1.0
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="Astrolabe" \
  org.opencontainers.image.description="A live graph of a Kubernetes cluster's resources, over HTTP" \
  org.opencontainers.image.version=$VERSION \
  org.opencontainers.image.revision=$COMMIT \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name=$RUNTIME_IMAGE

COPY --from=build /build/dist/astrolabe /usr/local/bin/astrolabe
COPY --from=build /build/LICENSE /build/dist/THIRD_PARTY_NOTICES.txt /usr/share/doc/astrolabe/

# As in the task `start`: without them malloc keeps what it once had.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=65536

# By number, so that Kubernetes can see that it is not root. Nothing is written: the root may be read-only.
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s --start-interval=2s CMD ["/usr/local/bin/astrolabe", "health"]
ENTRYPOINT ["/usr/local/bin/astrolabe"]
