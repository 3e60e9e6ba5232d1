// Loaded before the bundle `api`: it takes two modules of @polkadot/types from globals that none of the bundles sets.
// What it uses of them stands here. (A page that is built from the library's modules needs none of this.)

window.constants = { LATEST_EXTRINSIC_VERSION: 4 };

/** The type of what a storage entry holds, as its number in the metadata. */
const unwrapStorageSi = (entry) => (entry.isPlain ? entry.asPlain : entry.asMap.value);
window.util$1 = { unwrapStorageSi };
