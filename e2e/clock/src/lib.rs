//! A hand on another program's wall clock: loaded into it by `LD_PRELOAD`, this library answers in the
//! place of the C library what time it is, and adds so many microseconds as stand in the file that
//! `E2E_CLOCK_OFFSET` names (8 bytes, as the machine writes an `i64`). Whoever writes there moves that one
//! program's clock at once, and no other's. Monotonic clocks stay what they are.
//!
//! It serves tests with a real `redis-server` and is part of no program. Redis' allocator asks for the time
//! before anything else is set up, so nothing here allocates, locks, or calls what might.

#![expect(
    unsafe_code,
    reason = "functions of the C library cannot be replaced, nor memory shared, without it"
)]

use std::ffi::c_int;
use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering};

use libc::{clockid_t, time_t, timespec, timeval};

const MICROS: i64 = 1_000_000;

/// Where the offset is mapped; null until then.
static OFFSET: AtomicPtr<AtomicI64> = AtomicPtr::new(ptr::null_mut());

/// By how much the clock is wrong, in microseconds; 0 where no file is named.
fn offset_micros() -> i64 {
    let mut offset = OFFSET.load(Ordering::Acquire);
    if offset.is_null() {
        // Two threads at once map it twice, and see the same file.
        offset = map();
        OFFSET.store(offset, Ordering::Release);
    }
    if offset.is_null() {
        return 0;
    }
    // SAFETY: `map` gives null or eight mapped bytes, aligned to a page, that stay mapped.
    unsafe { (*offset).load(Ordering::Relaxed) }
}

/// Maps the named file, or gives null.
fn map() -> *mut AtomicI64 {
    // SAFETY: all of them are plain calls of the C library, with a name that ends in a zero; the mapping is
    // as long as what is read of it, and the file is never made shorter.
    unsafe {
        let name = libc::getenv(c"E2E_CLOCK_OFFSET".as_ptr());
        if name.is_null() {
            return ptr::null_mut();
        }
        let file = libc::open(name, libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return ptr::null_mut();
        }
        let mapped =
            libc::mmap(ptr::null_mut(), size_of::<AtomicI64>(), libc::PROT_READ, libc::MAP_SHARED, file, 0);
        libc::close(file);
        if mapped == libc::MAP_FAILED { ptr::null_mut() } else { mapped.cast() }
    }
}

/// What the kernel says, moved where it is the time of day.
fn read(clock: clockid_t) -> Result<timespec, c_int> {
    let mut now = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes to `now` and nowhere else.
    let answer = unsafe { libc::syscall(libc::SYS_clock_gettime, clock, &raw mut now) };
    if answer != 0 {
        return Err(-1);
    }
    if matches!(clock, libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE) {
        let micros = now.tv_sec * MICROS + now.tv_nsec / 1_000 + offset_micros();
        now.tv_sec = micros.div_euclid(MICROS);
        now.tv_nsec = micros.rem_euclid(MICROS) * 1_000 + now.tv_nsec % 1_000;
    }
    Ok(now)
}

/// As in the C library.
///
/// # Safety
/// `to` is valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, to: *mut timespec) -> c_int {
    match read(clock) {
        Ok(now) => {
            // SAFETY: as the caller has promised.
            unsafe { to.write(now) };
            0
        }
        Err(failure) => failure,
    }
}

/// As in the C library, where the time zone has been of no meaning for long.
///
/// # Safety
/// `to` is valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(to: *mut timeval, _zone: *mut libc::c_void) -> c_int {
    match read(libc::CLOCK_REALTIME) {
        Ok(now) => {
            // SAFETY: as the caller has promised.
            unsafe { to.write(timeval { tv_sec: now.tv_sec, tv_usec: now.tv_nsec / 1_000 }) };
            0
        }
        Err(failure) => failure,
    }
}

/// As in the C library.
///
/// # Safety
/// `to` is null or valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(to: *mut time_t) -> time_t {
    let seconds = read(libc::CLOCK_REALTIME).map_or(-1, |now| now.tv_sec);
    if !to.is_null() {
        // SAFETY: as the caller has promised.
        unsafe { to.write(seconds) };
    }
    seconds
}
