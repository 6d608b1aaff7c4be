//! One request to Azure and its answer, whatever they are about.
//!
//! All services share one pool of connections, one set of headers and log lines, one way to send again what may succeed
//! later, and one reading of Azure's errors and pages. Which address is asked, and with which token, is decided by
//! [`Client`](super::Client).

mod http;
mod paging;
mod service_fault;
mod wire;

pub(super) use self::http::Http;
pub use self::http::TransportFault;
pub use self::service_fault::ServiceFault;
pub(super) use self::wire::{Request, Response, exchange};
