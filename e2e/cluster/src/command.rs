//! Other programs, run to their end.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// So much of what a failed program said is shown.
const SAID_BYTES_MAX: usize = 4_000;

/// A command with its arguments.
pub fn command<S: AsRef<std::ffi::OsStr>>(program: impl AsRef<Path>, arguments: &[S]) -> Command {
    let mut command = Command::new(program.as_ref());
    command.args(arguments);
    command
}

/// Runs it and returns its standard output.
///
/// # Errors
/// Where it cannot be started or fails: what it was and the end of what it said.
pub async fn run(mut command: Command) -> anyhow::Result<String> {
    command.stdin(Stdio::null());
    finish(command, None).await
}

/// The same, with `input` on its standard input.
///
/// # Errors
/// As [`run`].
pub async fn run_with_input(mut command: Command, input: &str) -> anyhow::Result<String> {
    command.stdin(Stdio::piped());
    finish(command, Some(input)).await
}

async fn finish(mut command: Command, input: Option<&str>) -> anyhow::Result<String> {
    let what = shown(&command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().with_context(|| format!("{what} cannot be started"))?;
    let input = input.map(|input| (child.stdin.take(), input.to_owned()));
    let feed = async {
        if let Some((Some(mut pipe), input)) = input {
            // A program that ends early closes its end; its status says why.
            let _ = pipe.write_all(input.as_bytes()).await;
        }
    };
    let ((), output) = tokio::join!(feed, child.wait_with_output());
    let output = output.with_context(|| what.clone())?;
    if !output.status.success() {
        let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.trim().is_empty() {
            said = String::from_utf8_lossy(&output.stdout).into_owned();
        }
        bail!("{what} failed ({}): {}", output.status, tail(said.trim(), SAID_BYTES_MAX));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn shown(command: &Command) -> String {
    let command = command.as_std();
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// The last bytes of a text, from the beginning of a line where there is one.
pub fn tail(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let mut from = text.len() - bytes_max;
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let end = &text[from..];
    end.split_once('\n').map_or(end, |(_, lines)| lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failure_names_the_program_and_what_it_said() {
        let error = run(command("/bin/sh", &["-c", "echo no such luck >&2; exit 3"])).await.unwrap_err();
        let said = error.to_string();
        assert!(said.starts_with("sh -c") && said.contains("3): no such luck"), "{said}");
        let error = run(command("/nowhere/program", &["x"])).await.unwrap_err().to_string();
        assert_eq!(error, "program x cannot be started");
    }

    #[tokio::test]
    async fn input_reaches_the_program() {
        assert_eq!(run_with_input(command::<&str>("cat", &[]), "said").await.unwrap(), "said");
    }

    #[test]
    fn a_tail_begins_with_a_whole_line() {
        assert_eq!(tail("one\ntwo\nthree", 7), "three");
        assert_eq!(tail("short", 7), "short");
        assert_eq!(tail("가나다", 4), "다");
    }
}
