//! Whose nodes a command is about, where no flag says so: those whose worker key the node at hand has.

use crate::{
	chain::{Chain, ChainError},
	commands::doctor::checks::is_in_keystore,
	error::Error,
	metrics::reading::MOST_OPERATORS,
};
use futures::{stream, StreamExt, TryStreamExt};
use ostraka_primitives::api::NodeInfo;

/// Keys asked for at a time.
const AT_ONCE: usize = 16;

/// The nodes whose registered worker key is in the keystore of the node that answers, at most [`MOST_OPERATORS`].
///
/// # Errors
/// `Usage` if the node does not say which keys it has; `Chain`.
pub async fn found(chain: &Chain) -> Result<Vec<NodeInfo>, Error> {
	let has = |node: NodeInfo| async move {
		let has = is_in_keystore(chain, &node.worker).await?;
		Ok::<_, ChainError>((node, has))
	};
	let nodes = chain.nodes().await?;
	let mut asked = stream::iter(nodes.into_iter().map(has)).buffered(AT_ONCE);
	let mut found = Vec::new();
	while let Some((node, has)) = asked.try_next().await? {
		match has {
			Some(true) if found.len() < MOST_OPERATORS => found.push(node),
			Some(_) => {},
			None => return Err(untold(chain.url())),
		}
	}
	Ok(found)
}

fn untold(url: &str) -> Error {
	Error::Usage(format!(
		"the node at {url} does not say which worker keys it has: that takes --rpc-methods unsafe (on localhost only)\n  or \
		 name the operator's account"
	))
}
