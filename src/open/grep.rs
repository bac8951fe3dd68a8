//! Prints the records of a recording that match.
