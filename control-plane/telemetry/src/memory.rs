//! How a process gets its memory.

/// Takes memory in small pages. The allocator asks for huge ones, each of which has to be cleared when it
/// is touched first: 2 MiB for a few hundred bytes, which a crowd's first requests would wait for.
pub fn in_small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::warn!(%error, "memory comes in huge pages");
    }
}
