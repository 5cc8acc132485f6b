//! All cores at work on one page of rows, while the database reads the next one.

use std::num::NonZeroUsize;
use std::pin::pin;
use std::task::Poll;

use tokio::task::JoinHandle;

use crate::store::{Error, Result, Row};

/// Rows that are worth a thread of their own.
const ROWS_A_THREAD_MIN: usize = 64;

/// A page that is being worked on.
pub(super) struct Working<T>(JoinHandle<Result<Vec<T>>>);

/// Begins to make something of each row, on threads of their own.
pub(super) fn on_all_cores<T: Send + 'static>(
    rows: Vec<Row>,
    read: impl Fn(&Row) -> Result<T> + Send + Sync + 'static,
) -> Working<T> {
    Working(tokio::task::spawn_blocking(move || {
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let share = rows.len().div_ceil(threads).max(ROWS_A_THREAD_MIN);
        let read = &read;
        std::thread::scope(|scope| {
            let mut shares = rows.chunks(share);
            let own = shares.next().unwrap_or_default();
            let work = |share: &[Row]| share.iter().map(read).collect::<Result<Vec<T>>>();
            let others: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
            let mut made = work(own)?;
            for other in others {
                made.extend(other.join().map_err(|_| broken())??);
            }
            Ok(made)
        })
    }))
}

impl<T> Working<T> {
    /// What was made of the rows, in their order.
    ///
    /// # Errors
    /// The first that one of them gave.
    pub(super) async fn done(self) -> Result<Vec<T>> {
        self.0.await.map_err(|_| broken())?
    }

    /// The same, and the next page, which is read meanwhile.
    ///
    /// # Errors
    /// As for [`Self::done`], and what reading gave.
    pub(super) async fn and(self, next: impl Future<Output = Result<Vec<Row>>>) -> Result<(Vec<T>, Vec<Row>)> {
        let mut next = pin!(next);
        // The database is told what to read, and then left alone: to be woken for each row would cost more than the row.
        let begun = std::future::poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
        let made = self.done().await?;
        match begun {
            Poll::Ready(rows) => Ok((made, rows?)),
            Poll::Pending => Ok((made, next.await?)),
        }
    }
}

fn broken() -> Error {
    Error::Other("a thread of the verifier ended early".to_owned())
}
