//! Nothing but tests: the whole platform as processes of its own, the road from the rental to the
//! books, and what happens when parts of it are killed on the way.
