/** One server-sent event as it came: its type, and its data as text. */
export interface ReceivedEvent {
  readonly type: string;
  readonly data: string;
}

/**
 * Splits a stream of text into events (HTML living standard, section 9.2.6). Comments and unknown
 * fields are passed over; an event cut off by the end of the stream is dropped.
 */
export async function* readEvents(chunks: AsyncIterable<string>): AsyncGenerator<ReceivedEvent> {
  let pending = '';
  let type = 'message';
  let data: string[] = [];
  for await (const chunk of chunks) {
    pending += chunk;
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { type, data: data.join('\n') };
        type = 'message';
        data = [];
      } else if (line.startsWith('event: ')) {
        type = line.slice('event: '.length);
      } else if (line.startsWith('data: ')) {
        data.push(line.slice('data: '.length));
      }
    }
  }
}
