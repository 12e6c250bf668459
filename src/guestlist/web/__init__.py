"""The pages for people. Views parse, call one command, answer; they decide nothing."""
