//! Steps that arrive together go to Redis together. What queued while the last call was under way is
//! the next call's batch, so an idle process waits for nothing and a busy one pays a call, and a sync
//! of Redis' disk, for many.
//!
//! One call is under way, and another one only where a whole batch waits: Redis finds it there when it is
//! done with the first. A call runs in a task of its own: whoever asked may go away, and the others still
//! get their answers. That task belongs to the runtime on which the gathering was made: a thread that serves
//! has its hands full just when many ask, and a call would have to wait for all of them.
//!
//! Answers go back by the thread: waking a runtime from outside is a system call, and one for all who asked
//! there does as well as one for each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

use super::StoreError;

/// Questions of one kind, gathered into calls.
pub struct Together<Q, A>(Arc<Gathering<Q, A>>);

struct Gathering<Q, A> {
    step: &'static str,
    /// Where calls run; `None` for where they are asked for.
    home: Option<Handle>,
    /// How many calls may be under way. With one, questions are answered in their order.
    calls_max: usize,
    /// How many questions one call carries at most.
    batch_max: usize,
    /// How many may wait; more are turned away.
    waiting_max: usize,
    queue: Mutex<Queue<Q, A>>,
}

struct Queue<Q, A> {
    waiting: Vec<Asked<Q, A>>,
    /// Tasks that carry calls, one after the other.
    running: usize,
}

struct Asked<Q, A> {
    question: Q,
    asker: Asker<A>,
}

/// Who asked, and on which runtime.
struct Asker<A> {
    runtime: Handle,
    answer: oneshot::Sender<Result<A, StoreError>>,
}

impl<Q: Send + 'static, A: Send + 'static> Together<Q, A> {
    /// # Panics
    /// Outside of a runtime.
    #[must_use]
    pub fn new(step: &'static str, calls_max: usize, batch_max: usize, waiting_max: usize) -> Together<Q, A> {
        Together::at(Some(Handle::current()), step, calls_max, batch_max, waiting_max)
    }

    /// As [`Together::new`], but a call runs where it is asked for, behind what else there is to do: it goes
    /// out a little later, and carries more. For questions that take their askers longer than Redis.
    #[must_use]
    pub fn behind_others(
        step: &'static str,
        calls_max: usize,
        batch_max: usize,
        waiting_max: usize,
    ) -> Together<Q, A> {
        Together::at(None, step, calls_max, batch_max, waiting_max)
    }

    fn at(
        home: Option<Handle>,
        step: &'static str,
        calls_max: usize,
        batch_max: usize,
        waiting_max: usize,
    ) -> Together<Q, A> {
        let queue = Mutex::new(Queue { waiting: Vec::new(), running: 0 });
        Together(Arc::new(Gathering { step, home, calls_max, batch_max, waiting_max, queue }))
    }

    /// Asks with whoever else asks. `call` carries a batch, and answers each of its questions in their
    /// order; where it fails, all of them fail alike.
    ///
    /// # Errors
    /// Those of the call, and [`StoreError::Crowded`] where too many wait already.
    pub async fn ask<F, C>(&self, question: Q, call: C) -> Result<A, StoreError>
    where
        C: Fn(Vec<Q>) -> F + Send + 'static,
        F: Future<Output = Result<Vec<A>, StoreError>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let asker = Asker { runtime: Handle::current(), answer };
        if self.0.enqueue(Asked { question, asker })? {
            let calling = run(Arc::clone(&self.0), call);
            match &self.0.home {
                Some(home) => home.spawn(calling),
                None => tokio::spawn(calling),
            };
        }
        answered.await.unwrap_or_else(|_| Err(self.0.broken("the call ended without an answer")))
    }
}

impl<Q, A> Gathering<Q, A> {
    /// Whether the caller has to see to the queue: nobody is at work on it, or too few are.
    fn enqueue(&self, asked: Asked<Q, A>) -> Result<bool, StoreError> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.waiting.len() >= self.waiting_max {
            return Err(StoreError::Crowded { step: self.step });
        }
        queue.waiting.push(asked);
        let is_needed =
            queue.running == 0 || (queue.running < self.calls_max && queue.waiting.len() >= self.batch_max);
        queue.running += usize::from(is_needed);
        Ok(is_needed)
    }

    /// The next batch, the longest waiting first; with none, the work ends. What is no whole batch is left
    /// to whoever else is at work.
    fn batch(&self) -> Vec<Asked<Q, A>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let size = queue.waiting.len().min(self.batch_max);
        if size == 0 || (size < self.batch_max && queue.running > 1) {
            queue.running -= 1;
            return Vec::new();
        }
        queue.waiting.drain(..size).collect()
    }

    fn broken(&self, what: &str) -> StoreError {
        StoreError::Unexpected { step: self.step, what: what.to_owned() }
    }
}

/// Lets the next question start anew, should a call panic.
struct Restart<Q, A>(Arc<Gathering<Q, A>>);

impl<Q, A> Drop for Restart<Q, A> {
    fn drop(&mut self) {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if std::thread::panicking() {
            queue.running -= 1;
            if queue.running == 0 {
                queue.waiting.clear();
            }
        }
    }
}

async fn run<Q, A, F, C>(gathering: Arc<Gathering<Q, A>>, call: C)
where
    A: Send + 'static,
    C: Fn(Vec<Q>) -> F,
    F: Future<Output = Result<Vec<A>, StoreError>>,
{
    let _restart = Restart(Arc::clone(&gathering));
    loop {
        let (questions, askers): (Vec<Q>, Vec<_>) =
            gathering.batch().into_iter().map(|Asked { question, asker }| (question, asker)).unzip();
        if questions.is_empty() {
            return;
        }
        let answers = call(questions).await.and_then(|answers| {
            if answers.len() == askers.len() {
                Ok(answers)
            } else {
                Err(gathering.broken("another number of answers than questions"))
            }
        });
        match answers {
            Ok(answers) => deliver(askers.into_iter().zip(answers.into_iter().map(Ok))),
            Err(error) => deliver(askers.into_iter().map(|asker| (asker, Err(error.clone())))),
        }
    }
}

/// A runtime, with the answers to those who asked there.
type Post<A> = (Handle, Vec<(oneshot::Sender<Result<A, StoreError>>, Result<A, StoreError>)>);

/// Gives each asker its answer, on the asker's own runtime.
fn deliver<A: Send + 'static>(answers: impl Iterator<Item = (Asker<A>, Result<A, StoreError>)>) {
    let mut posts: HashMap<runtime::Id, Post<A>> = HashMap::new();
    for (Asker { runtime, answer: asker }, answer) in answers {
        posts.entry(runtime.id()).or_insert_with(|| (runtime, Vec::new())).1.push((asker, answer));
    }
    for (runtime, post) in posts.into_values() {
        runtime.spawn(async move {
            for (asker, answer) in post {
                // Whoever has gone away meanwhile misses the answer, and may ask again.
                let _ = asker.send(answer);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    type Answering = Pin<Box<dyn Future<Output = Result<Vec<u32>, StoreError>> + Send>>;

    /// Doubles numbers; each call waits for a permit.
    fn doubling(
        calls: &Arc<AtomicUsize>,
        gate: &Arc<Semaphore>,
    ) -> impl Fn(Vec<u32>) -> Answering + Send + use<> {
        let (calls, gate) = (Arc::clone(calls), Arc::clone(gate));
        move |numbers| {
            let (calls, gate) = (Arc::clone(&calls), Arc::clone(&gate));
            Box::pin(async move {
                calls.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.expect("the gate stays").forget();
                Ok(numbers.into_iter().map(|number| number * 2).collect())
            })
        }
    }

    #[tokio::test]
    async fn what_queues_during_a_call_is_one_batch_and_each_gets_its_own_answer() {
        let together = Arc::new(Together::<u32, u32>::new("test", 1, 100, 100));
        let (calls, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let mut asking = tokio::task::JoinSet::new();
        let mut ask = |number| {
            let (together, call) = (Arc::clone(&together), doubling(&calls, &gate));
            asking.spawn(async move { (number, together.ask(number, call).await.unwrap()) });
        };
        ask(0);
        while calls.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        (1..50).for_each(&mut ask);
        while together.0.queue.lock().unwrap().waiting.len() < 49 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(2);
        for (number, answer) in asking.join_all().await {
            assert_eq!(answer, number * 2);
        }
        assert_eq!(calls.load(Ordering::SeqCst), 2, "the first alone, the others together");
        gate.add_permits(1);
        assert_eq!(together.ask(4, doubling(&calls, &gate)).await.unwrap(), 8, "and it starts again");
    }

    #[tokio::test]
    async fn a_whole_batch_goes_while_another_is_under_way_and_less_waits() {
        let together = Arc::new(Together::<u32, u32>::new("test", 2, 3, 100));
        let (calls, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let mut asking = tokio::task::JoinSet::new();
        let mut ask = |number| {
            let (together, call) = (Arc::clone(&together), doubling(&calls, &gate));
            asking.spawn(async move { (number, together.ask(number, call).await.unwrap()) });
        };
        ask(0);
        while calls.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        (1..=2).for_each(&mut ask);
        while together.0.queue.lock().unwrap().waiting.len() < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1, "two are no batch of three");
        ask(3);
        while calls.load(Ordering::SeqCst) == 1 {
            tokio::task::yield_now().await;
        }
        (4..=9).for_each(&mut ask);
        while together.0.queue.lock().unwrap().waiting.len() < 6 {
            tokio::task::yield_now().await;
        }
        assert_eq!(calls.load(Ordering::SeqCst), 2, "no more than two calls at a time");
        gate.add_permits(4);
        for (number, answer) in asking.join_all().await {
            assert_eq!(answer, number * 2);
        }
        assert_eq!(calls.load(Ordering::SeqCst), 4);
        assert_eq!(together.0.queue.lock().unwrap().running, 0);
    }

    #[tokio::test]
    async fn who_goes_away_takes_nobody_along_and_a_crowd_is_turned_away() {
        let together = Arc::new(Together::<u32, u32>::new("test", 1, 100, 3));
        let (calls, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let ask = |number| {
            let (together, call) = (Arc::clone(&together), doubling(&calls, &gate));
            tokio::spawn(async move { together.ask(number, call).await })
        };
        let first = ask(1);
        while calls.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let waiting: Vec<_> = (2..5).map(ask).collect();
        while together.0.queue.lock().unwrap().waiting.len() < 3 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(ask(9).await.unwrap(), Err(StoreError::Crowded { step: "test" })));
        first.abort();
        gate.add_permits(2);
        for (number, asked) in (2..5).zip(waiting) {
            assert_eq!(asked.await.unwrap().unwrap(), number * 2);
        }
    }

    #[tokio::test]
    async fn a_failing_or_panicking_call_fails_its_askers_and_no_others() {
        let together = Together::<u32, u32>::new("test", 1, 100, 100);
        let wrong = together.ask(1, async |_| Ok(vec![])).await;
        assert!(matches!(wrong, Err(StoreError::Unexpected { step: "test", .. })));
        let panicking = together.ask(1, async |_| panic!("as a bug would")).await;
        assert!(matches!(panicking, Err(StoreError::Unexpected { step: "test", .. })));
        assert_eq!(together.ask(1, async |numbers| Ok(numbers)).await.unwrap(), 1);
    }
}
