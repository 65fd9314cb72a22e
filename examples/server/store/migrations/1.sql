create table events (
  seq     bigint primary key,
  stream  text   not null,
  version bigint not null,
  at      bigint not null, -- microseconds since 1970, UTC
  actor   text   not null,
  role    text   not null,
  kind    text   not null,
  data    text   not null, -- JSON, byte for byte as it was hashed
  prev    text   not null,
  hash    text   not null,
  unique (stream, version)
);
create table blobs (
  digest text primary key,
  size   bigint not null
);
create table blob_chunks (
  digest text    not null,
  n      integer not null,
  data   BYTES   not null,
  primary key (digest, n)
);
