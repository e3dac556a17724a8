//! The line between a process and what it talks to. It carries so many messages and then no more, so that
//! a process can be made to die right there: with its question not asked, or with the answer not heard.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How many messages still pass, over all lines that share this. A message is what is written at once,
/// which is whole where one side waits for the other.
pub struct Cut {
    left: AtomicI64,
    reached: Mutex<Sender<()>>,
}

impl Cut {
    /// Lets everything pass until it is armed; whoever has the other end learns when it is reached.
    pub fn new() -> (Arc<Cut>, Receiver<()>) {
        let (reached, learns) = channel();
        (Arc::new(Cut { left: AtomicI64::new(i64::MAX), reached: Mutex::new(reached) }), learns)
    }

    pub fn after(&self, messages: i64) {
        self.left.store(messages, Ordering::SeqCst);
    }

    fn passes(&self) -> bool {
        let passes = self.left.fetch_sub(1, Ordering::SeqCst) > 0;
        if !passes {
            // Nobody listens where the process has come to its end by itself.
            let _ = self.reached.lock().unwrap().send(());
        }
        passes
    }
}

/// Opens a line to `far`, and returns its near end.
pub async fn to(far: &str, cut: &Arc<Cut>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let near = listener.local_addr().unwrap().to_string();
    let (far, cut) = (far.to_owned(), Arc::clone(cut));
    tokio::spawn(async move {
        while let Ok((process, _)) = listener.accept().await {
            let (far, cut) = (far.clone(), Arc::clone(&cut));
            tokio::spawn(async move {
                let Ok(far) = TcpStream::connect(far).await else { return };
                let ((asks, hears), (answers, takes)) = (process.into_split(), far.into_split());
                tokio::join!(carry(asks, takes, &cut), carry(answers, hears, &cut));
            });
        }
    });
    near
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, cut: &Cut) {
    let mut message = vec![0; 64 * 1024];
    while let Ok(size @ 1..) = from.read(&mut message).await {
        if !cut.passes() {
            // The line stays open, or the process would go on with an error.
            std::future::pending::<()>().await;
        }
        if to.write_all(&message[..size]).await.is_err() {
            return;
        }
    }
}
