"""The driver `linux lvm`: what a Linux host stores, serves and lets others see, over SSH."""
