"""JSON Schemas of what is sent and answered; the OpenAPI document shows the same ones."""
