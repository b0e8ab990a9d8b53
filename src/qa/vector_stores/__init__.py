"""Where vectors, words and citation numbers of the corpus are searched: one protocol, FAISS embedded or a Milvus server."""
