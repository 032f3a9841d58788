/* A key-value store. Clients send lines: SET KEY VALUE, GET KEY, DELETE KEY,
 * COUNT, and receive a line for each.
 *
 *   uvcc -O2 store.c -o store.wasm
 *   libuv-wasm run --allow-listen=127.0.0.1:0 store.wasm
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define BUCKETS 1024
#define LINE_MAX_BYTES 1024

/* How many entries there may be: clients must not be able to use up memory. */
#define ENTRIES_MAX 100000

struct entry {
  struct entry* next;
  char* value;
  char key[];
};

struct client {
  uv_tcp_t tcp;
  size_t length;
  char line[LINE_MAX_BYTES];
};

/* A write, and its text, which must stay valid until it has completed. */
struct reply {
  uv_write_t req;
  char text[LINE_MAX_BYTES + 2];
};

static struct entry* buckets[BUCKETS];
static size_t count;


/* Where the entry of a key is, or where a new one belongs. */
static struct entry** find(const char* key) {
  struct entry** place;
  unsigned int hash;
  const char* at;

  /* FNV-1a */
  hash = 2166136261u;

  for (at = key; *at != '\0'; at++)
    hash = (hash ^ (unsigned char) *at) * 16777619u;

  place = &buckets[hash % BUCKETS];

  while (*place != NULL && strcmp((*place)->key, key) != 0)
    place = &(*place)->next;

  return place;
}


static const char* set(const char* key, const char* value) {
  struct entry** place;
  struct entry* entry;
  char* copy;

  place = find(key);

  if (*place == NULL && count == ENTRIES_MAX)
    return "ERROR full";

  copy = strdup(value);

  if (copy == NULL)
    return "ERROR out of memory";

  if (*place == NULL) {
    entry = calloc(1, sizeof(*entry) + strlen(key) + 1);

    if (entry == NULL) {
      free(copy);
      return "ERROR out of memory";
    }

    strcpy(entry->key, key);
    *place = entry;
    count++;
  }

  free((*place)->value);
  (*place)->value = copy;
  return "OK";
}


static const char* delete (const char* key) {
  struct entry** place;
  struct entry* entry;

  place = find(key);
  entry = *place;

  if (entry == NULL)
    return "NONE";

  *place = entry->next;
  free(entry->value);
  free(entry);
  count--;
  return "OK";
}


/* Does what a line says. The answer is valid until the next one. */
static const char* execute(char* line) {
  static char number[32];
  struct entry* entry;
  char* command;
  char* value;
  char* key;

  command = strtok_r(line, " ", &value);
  key = strtok_r(NULL, " ", &value);

  if (command == NULL)
    return "ERROR empty";

  if (strcmp(command, "COUNT") == 0) {
    snprintf(number, sizeof(number), "%zu", count);
    return number;
  }

  if (key == NULL)
    return "ERROR unknown command, or no key";

  if (strcmp(command, "SET") == 0)
    return set(key, value);

  if (strcmp(command, "DELETE") == 0)
    return delete (key);

  if (strcmp(command, "GET") != 0)
    return "ERROR unknown command";

  entry = *find(key);
  return entry == NULL ? "NONE" : entry->value;
}


static void on_close(uv_handle_t* handle) {
  free(handle);
}


static void leave(struct client* client) {
  if (!uv_is_closing((uv_handle_t*) client))
    uv_close((uv_handle_t*) client, on_close);
}


static void on_write(uv_write_t* req, int status) {
  if (status < 0)
    leave((struct client*) req->handle);

  free(req);
}


static void answer(struct client* client, const char* text) {
  struct reply* reply;
  uv_buf_t buf;
  int length;

  reply = malloc(sizeof(*reply));

  if (reply == NULL) {
    leave(client);
    return;
  }

  length = snprintf(reply->text, sizeof(reply->text), "%s\n", text);
  buf = uv_buf_init(reply->text, length);

  if (uv_write(&reply->req, (uv_stream_t*) client, &buf, 1, on_write) != 0) {
    free(reply);
    leave(client);
  }
}


static void on_alloc(uv_handle_t* handle, size_t suggested, uv_buf_t* buf) {
  /* The bytes are used before the next ones are read. */
  static char bytes[16384];

  *buf = uv_buf_init(bytes, sizeof(bytes));
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  struct client* client;
  ssize_t i;

  client = (struct client*) stream;

  if (nread < 0)
    leave(client);

  for (i = 0; i < nread && !uv_is_closing((uv_handle_t*) client); i++) {
    if (buf->base[i] == '\n') {
      client->line[client->length] = '\0';
      client->length = 0;
      answer(client, execute(client->line));
    } else if (client->length + 1 == LINE_MAX_BYTES) {
      leave(client);
    } else if (buf->base[i] != '\r') {
      client->line[client->length++] = buf->base[i];
    }
  }

  /* A client that sends without reading is not worth its memory. */
  if (uv_stream_get_write_queue_size(stream) > 1024 * 1024)
    leave(client);
}


static void on_connection(uv_stream_t* server, int status) {
  struct client* client;

  if (status < 0 || (client = calloc(1, sizeof(*client))) == NULL)
    return;

  uv_tcp_init(server->loop, &client->tcp);

  if (uv_accept(server, (uv_stream_t*) client) == 0)
    uv_read_start((uv_stream_t*) client, on_alloc, on_read);
  else
    leave(client);
}


int main(int argc, char** argv) {
  struct sockaddr_in addr;
  uv_tcp_t server;
  uv_loop_t* loop;
  int len;
  int err;

  loop = uv_default_loop();
  len = sizeof(addr);
  err = uv_ip4_addr("127.0.0.1", argc > 1 ? atoi(argv[1]) : 0, &addr);

  if (err == 0)
    err = uv_tcp_init(loop, &server);

  if (err == 0)
    err = uv_tcp_bind(&server, (const struct sockaddr*) &addr, 0);

  if (err == 0)
    err = uv_listen((uv_stream_t*) &server, 128, on_connection);

  if (err == 0)
    err = uv_tcp_getsockname(&server, (struct sockaddr*) &addr, &len);

  if (err != 0) {
    fprintf(stderr, "store: %s\n", uv_strerror(err));
    return 1;
  }

  printf("listening on 127.0.0.1:%d\n", ntohs(addr.sin_port));
  fflush(stdout);

  return uv_run(loop, UV_RUN_DEFAULT);
}
