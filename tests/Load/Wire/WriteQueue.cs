using System.Text;

namespace Load.Wire;

/// <summary>What waits to be written to one connection. Appending gathers; <see cref="Flush"/> writes all of it at once, on the caller's thread when nobody writes yet.</summary>
internal sealed class WriteQueue(Stream stream, int capacity = 1 << 16)
{
    private byte[] gathering = new byte[capacity];
    private byte[] writing = new byte[capacity];
    private int length;
    private bool isWriting;
    private volatile string? fault;

    public Lock Gate { get; } = new();

    /// <summary>Why it takes no more; null while it does.</summary>
    public string? Fault => fault;

    /// <summary>Room for <paramref name="count"/> bytes that belong to the queue from now on; only inside <see cref="Gate"/>.</summary>
    public Span<byte> Take(int count)
    {
        if (length + count > gathering.Length) Array.Resize(ref gathering, Math.Max(gathering.Length * 2, length + count));
        var room = gathering.AsSpan(length, count);
        length += count;
        return room;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (Gate) bytes.CopyTo(Take(bytes.Length));
    }

    public void Send(string text)
    {
        Append(Encoding.UTF8.GetBytes(text));
        Flush();
    }

    public void Flush()
    {
        if (Volatile.Read(ref length) == 0) return;
        lock (Gate)
        {
            if (length == 0 || isWriting) return;
            isWriting = true;
        }

        _ = WriteAsync();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> batch;
                lock (Gate)
                {
                    if (length == 0)
                    {
                        isWriting = false;
                        return;
                    }

                    batch = gathering.AsMemory(0, length);
                    (gathering, writing, length) = (writing, gathering, 0);
                }

                await stream.WriteAsync(batch);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            fault = e.Message;
        }
    }
}
