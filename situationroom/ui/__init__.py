"""The terminal program: a thin composition of hosts around painted panels."""
