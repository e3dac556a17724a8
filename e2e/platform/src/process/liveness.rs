//! Whether a child that exists still does its work: a process that hangs is as gone as one that
//! ended, and nobody else would notice.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const EVERY: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// So many misses in a row, and it hangs. Generous: a machine that is busy elsewhere is no reason to
/// kill a sale.
const MISSES_MAX: u32 = 6;
const ANSWER_BYTES_MAX: usize = 64;

/// What a living child answers on its port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// It is not asked: that it exists is enough.
    Exists,
    /// `say` is answered by something that begins with `hear`.
    Answers { port: u16, say: &'static str, hear: &'static str },
}

impl Liveness {
    /// Returns once the child is thought to hang.
    pub async fn lost(self) {
        self.lost_after(MISSES_MAX, EVERY, ANSWER_WITHIN).await;
    }

    async fn lost_after(self, misses_max: u32, every: Duration, within: Duration) {
        let Liveness::Answers { port, say, hear } = self else { return std::future::pending().await };
        let mut misses = 0;
        while misses < misses_max {
            tokio::time::sleep(every).await;
            match tokio::time::timeout(within, answers(port, say, hear)).await {
                Ok(Ok(true)) => misses = 0,
                Ok(_) | Err(_) => misses += 1,
            }
        }
    }
}

async fn answers(port: u16, say: &str, hear: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    stream.write_all(say.as_bytes()).await?;
    let mut heard = Vec::new();
    while heard.len() < hear.len().min(ANSWER_BYTES_MAX) {
        if stream.read_buf(&mut heard).await? == 0 {
            break;
        }
    }
    Ok(heard.starts_with(hear.as_bytes()))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn lost(liveness: Liveness) -> bool {
        let short = Duration::from_millis(20);
        let lost = liveness.lost_after(3, short, short);
        tokio::time::timeout(Duration::from_secs(2), lost).await.is_ok()
    }

    #[tokio::test]
    async fn silence_a_wrong_answer_and_nobody_there_are_losses_and_the_right_word_is_not() {
        let right = serve("+PONG\r\n").await;
        let wrong = serve("-LOADING\r\n").await;
        // Accepted by the kernel, answered by nobody.
        let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let answers = |port| Liveness::Answers { port, say: "PING\r\n", hear: "+PONG" };
        assert!(!lost(answers(right)).await);
        assert!(lost(answers(wrong)).await);
        assert!(lost(answers(silent.local_addr().unwrap().port())).await);
        assert!(lost(answers(1)).await);
        assert!(!lost(Liveness::Exists).await);
    }

    async fn serve(answer: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        port
    }
}
