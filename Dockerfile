# The node in an image: the programs of a release are put into a small base. Nothing is compiled here. The context is what the
# tarball of scripts/release.sh unpacks to, which has this file too:
#
#   cd ostraka-VERSION-TARGET && docker build --tag ostraka-node .
#
# The base is the Debian that the program is built on, or a newer one: an older one has an older libc.
ARG BASE=docker.io/library/debian:bookworm-slim
FROM ${BASE}

LABEL org.opencontainers.image.title="ostraka-node" \
	org.opencontainers.image.description="Ostraka: node and command line tool" \
	org.opencontainers.image.source="https://github.com/ostraka/ostraka" \
	org.opencontainers.image.licenses="GPL-3.0-only"

RUN apt-get update \
	&& apt-get install -y --no-install-recommends ca-certificates libgcc-s1 libssl3 \
	&& rm -rf /var/lib/apt/lists/* \
	&& useradd --uid 1000 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin ostraka \
	&& install -d -o ostraka -g ostraka -m 700 /data

COPY bin/ostraka-node bin/ostraka /usr/local/bin/
COPY LICENSE COPYRIGHT.node ostraka-node.cdx.json /usr/share/doc/ostraka-node/

# fails here, and not at a user's, where the base lacks a library
RUN ostraka-node --version && ostraka --version

USER 1000:1000
ENV HOME=/data
VOLUME /data
# peers, RPC, Prometheus
EXPOSE 30333 9944 9615
ENTRYPOINT ["/usr/local/bin/ostraka-node"]
CMD ["--help"]
