//! The digest of a runtime's metadata (RFC-0078): what a hardware wallet shows a transaction by, and the runtime checks.

use super::judge::{Part, Status};
use crate::{
	chain::{Chain, ChainError},
	view::lines::hex,
};
use codec::{Decode, Encode};
use merkleized_metadata::{generate_metadata_digest, ExtraInfo};
use subxt::ext::frame_metadata::RuntimeMetadataPrefixed;

/// The digest of the runtime that this tool was released with.
const KNOWN: &str = include_str!("../../../../runtime/metadata.digest");
/// Version of the metadata that the digest is of.
const METADATA_VERSION: u32 = 15;

/// The digest of a chain's metadata against the one that is known.
///
/// # Errors
/// `Unreadable`.
pub async fn check(chain: &Chain) -> Result<Part, ChainError> {
	let unreadable = |what: String| ChainError::Unreadable(format!("metadata: {what}"));
	let version = chain.link().ask(|rpc| async move { rpc.state_get_runtime_version(None).await });
	let version = version.await?;
	let request = METADATA_VERSION.encode();
	let answer = chain.link().ask(|rpc| {
		let request = request.clone();
		async move { rpc.state_call("Metadata_metadata_at_version", Some(&request), None).await }
	});
	let answer = answer.await?;
	let bytes = <Option<Vec<u8>>>::decode(&mut answer.as_slice());
	let bytes = bytes.map_err(|error| unreadable(error.to_string()))?;
	let Some(bytes) = bytes else {
		return Ok((Status::Skipped, format!("it has no metadata of version {METADATA_VERSION}")));
	};
	let extra = ExtraInfo {
		spec_version: version.spec_version,
		spec_name: version
			.other
			.get("specName")
			.and_then(|name| name.as_str())
			.unwrap_or_default()
			.to_owned(),
		base58_prefix: chain.constant("System", "SS58Prefix").unwrap_or_default(),
		decimals: chain.token().decimals,
		token_symbol: chain.token().symbol.clone(),
	};
	Ok(judge(&digest(&bytes, extra).map_err(unreadable)?, KNOWN.trim()))
}

/// The digest of encoded metadata.
fn digest(metadata: &[u8], extra: ExtraInfo) -> Result<[u8; 32], String> {
	let metadata =
		RuntimeMetadataPrefixed::decode(&mut &metadata[..]).map_err(|error| error.to_string())?;
	Ok(generate_metadata_digest(&metadata.1, extra)?.hash())
}

fn judge(digest: &[u8; 32], known: &str) -> Part {
	let digest = hex(digest);
	match digest == known {
		true => (Status::Ok, format!("{digest}: that of the runtime that this tool was released with")),
		false => (
			Status::Warning,
			format!(
				"{digest}: not that of the runtime that this tool was released with, {known}\na hardware wallet needs to \
				 know it"
			),
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_known_digest_is_one() {
		let bytes = hex::decode(KNOWN.trim().trim_start_matches("0x")).expect("hexadecimal");
		let bytes: [u8; 32] = bytes.try_into().expect("32 bytes");
		assert_eq!(judge(&bytes, KNOWN.trim()).0, Status::Ok);
		assert_eq!(judge(&[0; 32], KNOWN.trim()).0, Status::Warning);
	}

	#[test]
	fn what_is_no_metadata_has_no_digest() {
		let extra = || ExtraInfo {
			spec_version: 1,
			spec_name: String::new(),
			base58_prefix: 42,
			decimals: 12,
			token_symbol: "OST".to_owned(),
		};
		assert!(digest(&[], extra()).is_err());
		assert!(digest(b"meta\x0f", extra()).is_err());
	}
}
