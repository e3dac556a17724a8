//! e2e-kakao-sim.
