"""The rules of the service as plain functions; they add and flush, whoever called them commits."""
