"""What tests share: AWS in this process, builders with defaults."""
