#!/usr/bin/env python3
"""Holds Dockerfile and compose.yaml against what they call, as far as it goes without a registry of images.

	scripts/check_container.py [--bin FOLDER] [--release FOLDER]

FOLDER of --bin has `ostraka-node` and `ostraka`, `release` in the target folder unless given. With --release everything is taken from
what a release's tarball unpacks to, its programs too; without, files that an image copies are looked for in scripts/release.sh.

Seen are: flags and subcommands (by the programs' --help), libraries (by ldd), ports (docs, Prometheus' targets, the tool's default),
user, paths, volumes and mounts, versions of images. Not seen: whether an image can be had, and what is in those of others.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
# Debian's package of each library that a program may link; None where every base has it.
LIBRARIES = {
	"libcrypto.so.3": "libssl3",
	"libgcc_s.so.1": "libgcc-s1",
	"libssl.so.3": "libssl3",
	"libstdc++.so.6": "libstdc++6",
	"libc.so.6": None,
	"libm.so.6": None,
}
OURS = "ostraka-node"  # the image that docs/PACKAGES.md makes
wrong = []


def check(holds, what):
	if not holds:
		wrong.append(what)


def run(*command):
	done = subprocess.run(command, capture_output=True, text=True, timeout=120)
	return done.stdout if done.returncode == 0 else None


def flags_in(text):
	return set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text))


def calls(where, programs, command):
	"""A command line names subcommands and flags that there are. Returns its flags with their values."""
	program = programs.get(Path(command[0]).name)
	check(program is not None, f"{where}: there is no program {command[0]}")
	if program is None:
		return {}
	words = []
	for word in command[1:]:
		if word.startswith("-"):
			break
		words.append(word)
	help_text = run(program, *words, "--help")
	check(help_text is not None, f"{where}: `{' '.join(command)}` is no command")
	known, given, last = flags_in(help_text or ""), {}, None
	rest = iter(command[1 + len(words):])
	for word in rest:
		flag, separator, value = word.partition("=")
		if flag.startswith("--"):
			check(help_text is None or flag in known, f"{where}: {Path(command[0]).name} has no flag {flag}")
			given[flag] = value if separator else None
			last = flag
		else:
			given[last] = word
	return given


def instructions(text):
	"""The Dockerfile's, as pairs of a name and its arguments."""
	lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
	joined = re.sub(r"\\\n", " ", "\n".join(lines))
	return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def pinned(where, image):
	tag = image.rpartition("/")[2].partition(":")[2]
	check(tag and tag != "latest", f"{where}: the image {image} has no version")


def released(release):
	"""Paths in the tarball: those there, or those that scripts/release.sh puts into it."""
	if release:
		return lambda path: (release / path).exists()
	script = (ROOT / "scripts/release.sh").read_text()
	body = re.search(r"^tarball\(\) \{\n(.*?)^\}", script, re.S | re.M).group(1)
	made = set(re.findall(r'"\$into/([\w./-]+)"', body))
	for sources in re.findall(r'cp (?:-r )?((?:[\w./-]+ )+)"\$into/"', body):
		made.update(Path(source).name for source in sources.split())
	return lambda path: path.removeprefix("./") in made


def dockerfile(text, programs, is_released, docs):
	"""Checks it, and returns what compose.yaml builds on: entry point, volume, copied programs."""
	given = instructions(text)
	of = lambda name: [rest for each, rest in given if each == name]
	base = dict(argument.partition("=")[::2] for argument in of("ARG"))
	for image in of("FROM"):
		pinned("Dockerfile", re.sub(r"\$\{(\w+)\}", lambda name: base.get(name[1], ""), image))

	copied = set()
	for line in of("COPY"):
		*sources, into = line.split()
		for source in sources:
			check(is_released(source), f"Dockerfile: no release has {source}")
			copied.add(into + Path(source).name)
	entry = json.loads(of("ENTRYPOINT")[0])
	check(entry[0] in copied, f"Dockerfile: ENTRYPOINT {entry[0]} is not copied")
	calls("Dockerfile", programs, entry + json.loads(of("CMD")[0]))

	ran = " ".join(of("RUN"))
	for path in programs.values():
		for library in re.findall(r"^\s*(lib\S+)", run("ldd", path) or "", re.M):
			package = LIBRARIES.get(library, library)
			installed = package is None or package in re.search(r"apt-get install ([^&]*)", ran)[1].split()
			check(installed, f"Dockerfile: {path.name} needs {library}, and {package} is not installed")

	user = re.search(r"useradd --uid (\d+) --user-group .*--home-dir (\S+) .* (\w+)\b", ran)
	check(user is not None, "Dockerfile: no user is made")
	identity, home, name = user.groups() if user else ("", "", "")
	volume = of("VOLUME")[0]
	check(of("USER") == [f"{identity}:{identity}"], f"Dockerfile: USER is not {identity}, who is made")
	check(home == volume and f"HOME={volume}" in of("ENV"), f"Dockerfile: {volume} is not the user's home")
	check(f"-o {name} -g {name} -m 700 {volume}" in ran, f"Dockerfile: {volume} is not {name}'s")
	check(f"user {identity}," in docs and f"`{volume}`" in docs, f"docs/PACKAGES.md: not user {identity} or {volume}")
	return entry, volume, copied, of("EXPOSE")[0].split()


def ports_of(root):
	"""The ports that Prometheus asks, by job."""
	config = yaml.safe_load((root / "monitoring/prometheus.yml").read_text())
	jobs = config["scrape_configs"]
	return config, {job["job_name"]: job["static_configs"][0]["targets"][0].rpartition(":")[2] for job in jobs}


def compose(root, programs, image, docs, is_released):
	entry, volume, copied, exposed = image
	described = yaml.safe_load((root / "compose.yaml").read_text())
	services, volumes = described["services"], set(described["volumes"])
	prometheus, asked = ports_of(root)
	given, mounts = {}, {}
	for name, service in services.items():
		where = f"compose.yaml, {name}"
		if service["image"] == OURS:
			check(f"--tag {OURS} " in docs, f"docs/PACKAGES.md: makes no image {OURS}")
			begins = service.get("entrypoint", entry)
			check(begins[0] in copied, f"{where}: the image has no {begins[0]}")
			given[name] = calls(where, programs, begins + service["command"])
		else:
			pinned(where, service["image"])
		health = service.get("healthcheck", {}).get("test", ["NONE"])
		if health[0] == "CMD":
			calls(f"{where}, healthcheck", programs, health[1:])
		others = [*service.get("depends_on", []), *service.get("network_mode", "").split(":")[1:]]
		for other in others:
			check(other in services, f"{where}: there is no service {other}")
		for mount in service.get("volumes", []):
			source, target = mount.split(":")[:2]
			mounts.setdefault(name, {})[target] = source
			if source.startswith("./"):
				check((root / source).exists(), f"{where}: there is no {source}")
				check(is_released(source.split("/")[1]), f"{where}: no release has {source}")
			else:
				check(source in volumes, f"{where}: there is no volume {source}")
		for port in service.get("ports", []):
			address, _, outside = port.rpartition(":")[0].rpartition(":")
			check(address == "127.0.0.1", f"{where}: port {port} is not of the loopback interface")
			check(f"127.0.0.1:{outside}" in docs, f"docs/PACKAGES.md: does not name port {outside}")

	node, metrics = given.get("node", {}), given.get("metrics", {})
	check(node.get("--base-path") == volume and volume in mounts.get("node", {}), f"compose.yaml: the chain is not kept in {volume}")
	default = re.search(r"\[default: ws://127\.0\.0\.1:(\d+)\]", run(programs["ostraka"], "node", "list", "--help") or "")
	ports = [node.get("--rpc-port"), node.get("--prometheus-port")]
	check(default and ports[0] == default[1], "compose.yaml: --rpc-port is not where the tool looks")
	check(asked.get("ostraka-node") == ports[1], "compose.yaml: --prometheus-port is not what prometheus.yml asks")
	check(metrics.get("--listen") == f"127.0.0.1:{asked.get('ostraka')}", "compose.yaml: --listen is not what prometheus.yml asks")
	check(set(filter(None, ports)) <= set(exposed), f"Dockerfile: EXPOSE lacks one of {ports}")
	for port in exposed:
		check(f" {port} (" in docs, f"docs/PACKAGES.md: does not name port {port}")
	dashboards(root, services, mounts, prometheus)


def dashboards(root, services, mounts, prometheus):
	"""Prometheus and Grafana find their files where they are mounted."""
	flags = dict(word.partition("=")[::2] for word in services["prometheus"]["command"])
	config = flags["--config.file"]
	check(config in mounts["prometheus"], f"compose.yaml: {config} is not mounted")
	for rules in prometheus["rule_files"]:
		check(str(Path(config).parent / rules) in mounts["prometheus"], f"compose.yaml: {rules} is not mounted beside {config}")
	check(flags["--storage.tsdb.path"] in mounts["prometheus"], "compose.yaml: what Prometheus keeps has no volume")

	provisioning = root / "monitoring/grafana/provisioning"
	source = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"][0]
	inside = {port.rpartition(":")[2] for service in services.values() for port in service.get("ports", [])}
	check(source["url"].rpartition(":")[2] in inside, f"grafana: its source {source['url']} is no port of compose.yaml")
	provider = yaml.safe_load((provisioning / "dashboards/ostraka.yml").read_text())["providers"][0]
	folder = provider["options"]["path"]
	home = Path(services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
	mounted = mounts["grafana"].get(folder)
	check(mounted is not None and str(home.parent) == folder, f"compose.yaml: {folder} is not where the dashboard is")
	board = root / (mounted or "") / home.name
	check(board.is_file(), f"compose.yaml: there is no dashboard {board.name}")
	text = board.read_text() if board.is_file() else "{}"
	# a panel names its source, or a choice among those of a kind, whose default is this one
	choices = json.loads(text).get("templating", {}).get("list", [])
	known = {source["uid"]} | {f"${{{choice['name']}}}" for choice in choices if choice["query"] == source["type"] and source["isDefault"]}
	used = set(re.findall(r'"type": *"prometheus", *"uid": *"([^"]*)"', text))
	check(used and used <= known, f"{board.name}: asks {sorted(used)}, and Grafana knows {sorted(known)}")


def main():
	parser = argparse.ArgumentParser(usage="scripts/check_container.py [--bin FOLDER] [--release FOLDER]")
	parser.add_argument("--bin", type=Path)
	parser.add_argument("--release", type=Path)
	given = parser.parse_args()
	target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
	folder = (given.bin or (given.release / "bin" if given.release else target / "release")).resolve()
	root = given.release.resolve() if given.release else ROOT
	programs = {name: folder / name for name in ("ostraka-node", "ostraka")}
	for path in programs.values():
		if not path.is_file():
			sys.exit(f"[container] error: there is no {path}: `make build`, or name the programs' folder by --bin")
	docs = (ROOT / "docs/PACKAGES.md").read_text()
	is_released = released(given.release and root)
	image = dockerfile((root / "Dockerfile").read_text(), programs, is_released, docs)
	compose(root, programs, image, docs, is_released)
	for line in wrong:
		print(f"[container] {line}", file=sys.stderr)
	if wrong:
		sys.exit(1)
	print("[container] Dockerfile and compose.yaml call what there is")


if __name__ == "__main__":
	main()
