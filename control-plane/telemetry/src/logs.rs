//! Logs: one JSON object a line on standard error, with the fields of the spans around it, among
//! them the trace id of the request.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Installs the process's subscriber. `BIDD_LOG` filters as `tracing`'s env filter does; the default
/// is `info`. A second call does nothing, so that several parts may run in one process.
pub fn init(process: &'static str) {
    init_to(process, std::io::stderr);
}

/// As [`init`], with the lines going somewhere else, for a process that talks to people on its
/// standard streams.
pub fn init_to<W>(process: &'static str, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_from_env("BIDD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let json = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer);
    if tracing_subscriber::registry().with(filter).with(json).try_init().is_ok() {
        tracing::info!(process, "logging started");
    }
}
