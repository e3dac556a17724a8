//! How it goes, on standard error: one moving line at a terminal, a line every few seconds
//! elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use super::measure::Measures;

const BETWEEN_LINES: Duration = Duration::from_secs(5);
const BETWEEN_FRAMES: Duration = Duration::from_millis(200);

#[derive(Clone)]
pub struct Progress {
    shown: Shown,
}

#[derive(Clone)]
enum Shown {
    Nothing,
    Lines,
    Bar(ProgressBar),
}

impl Progress {
    pub fn start(wanted: bool, shoppers: u32) -> Progress {
        let shown = if !wanted {
            Shown::Nothing
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(u64::from(shoppers));
            let style = ProgressStyle::with_template(
                "{spinner} {elapsed_precise} [{bar:30}] {pos}/{len} home  {msg}",
            );
            Shown::Bar(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
        } else {
            Shown::Lines
        };
        Progress { shown }
    }

    pub fn say(&self, text: &str) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Lines => line(text),
            Shown::Bar(bar) => bar.println(text),
        }
    }

    /// Shows the counters until it is aborted.
    pub fn follow(&self, measures: Arc<Measures>) -> JoinHandle<()> {
        let shown = self.shown.clone();
        tokio::spawn(async move {
            let pause = match &shown {
                Shown::Nothing => return,
                Shown::Lines => BETWEEN_LINES,
                Shown::Bar(_) => BETWEEN_FRAMES,
            };
            loop {
                tokio::time::sleep(pause).await;
                let gone = measures.read(|counters| &counters.gone);
                let text = summary(&measures);
                match &shown {
                    Shown::Nothing => {}
                    Shown::Lines => line(&format!("{text} · {gone}/{} home", measures.shoppers)),
                    Shown::Bar(bar) => {
                        bar.set_position(gone);
                        bar.set_message(text);
                    }
                }
            }
        })
    }

    pub fn end(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn summary(measures: &Measures) -> String {
    let mut text = format!(
        "arrived {} · waiting room {} · inside {} · held {} · paid {}",
        measures.read(|counters| &counters.arrived),
        measures.read(|counters| &counters.entered),
        measures.read(|counters| &counters.admitted),
        measures.read(|counters| &counters.held),
        measures.read(|counters| &counters.paid),
    );
    let retries = measures.read(|counters| &counters.retries);
    if retries > 0 {
        text.push_str(&format!(" · sent again {retries}"));
    }
    text
}

fn line(text: &str) {
    // Nobody reads any more: no reason to stop shopping.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
