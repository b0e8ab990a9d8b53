"""Every exception the project raises. Each message says what is wrong, where, and what to do next.

QAError
  UsageError              a command or request is not of the right form      (CLI exit 2, HTTP 422)
  CorpusError             a source file or corpus folder can't be used
  IndexNotFoundError      nothing built yet
  IndexMismatchError      built by another encoder, corpus or format version, or damaged
  StoreError              the vector store can't be reached, or holds something else
  EncoderError            the encoder can't be opened, or the processes that run it were lost
  DatasetError            an evaluation data set can't be used
  FetchError              the network or a remote service refused

Refusing to answer is a result (`Answer.outcome`), never an exception.
"""


class QAError(Exception):
    """The base of all our errors: shown as one line, exit code 1."""


class UsageError(QAError):
    """The request itself is not of the right form: exit code 2."""


class CorpusError(QAError):
    """A source file or a corpus folder can't be used."""


class IndexNotFoundError(QAError):
    """No index has been built in this folder yet."""


class IndexMismatchError(QAError):
    """The index was built by another encoder, corpus or format version, or is damaged."""


class StoreError(QAError):
    """The vector store can't be reached, or does not hold what the index says (HTTP 503)."""


class EncoderError(QAError):
    """The encoder can't be opened, or the processes that run it were lost."""


class DatasetError(QAError):
    """An evaluation data set can't be used."""


class FetchError(QAError):
    """The network or a remote service refused."""
