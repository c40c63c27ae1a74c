"""Makes models for nertag: export, quantisation, measurement."""

import tagcli  # noqa: F401 - switches off what libraries would report, before their import
