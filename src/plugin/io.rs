//! What a connection to the host is made of.

use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes both ways, over whatever carries them.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}
