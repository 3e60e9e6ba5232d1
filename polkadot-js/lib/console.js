// What the library writes to the console: its only way to say that it does not understand a chain.

const LEVELS = ['debug', 'error', 'info', 'log', 'warn'];

/** Keeps what is written to the console from now on. */
export function capture() {
	const lines = [];
	const originals = LEVELS.map((level) => [level, console[level]]);
	for (const [level] of originals) {
		console[level] = (...values) => lines.push(values.map(String).join(' ').trim());
	}
	const restore = () => originals.forEach(([level, original]) => (console[level] = original));
	return { lines, restore };
}

// Transaction extensions that the library has no definition of. It treats them as without effect, which is right as
// long as they add no bytes to a transaction: `checks.js` looks.
const EXTENSIONS =
	/REGISTRY: Unknown signed extensions ([\w, ]+) found, treating them as no-effect$/;
// The node offers newer RPC methods than the library uses. They have nothing to do with the chain's types.
const METHODS = /API\/INIT: RPC methods not decorated: [\w, ]+$/;

/** The lines that say that something was not understood, and the extensions that were taken as without effect. */
export function complaints(lines) {
	const unknown = lines.filter((line) => !EXTENSIONS.test(line) && !METHODS.test(line));
	const extensions = lines.flatMap((line) => EXTENSIONS.exec(line)?.[1].split(', ') ?? []);
	return { unknown, extensions: [...new Set(extensions)] };
}
