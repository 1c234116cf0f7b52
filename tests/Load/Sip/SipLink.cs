using Load.Wire;

namespace Load.Sip;

/// <summary>One connection of the SIP end: cuts messages out of the stream and answers in batches.</summary>
internal sealed class SipLink(SipEnd end, Stream stream)
{
    private byte[] buffer = new byte[1 << 17];
    private int length;

    public WriteQueue Queue { get; } = new(stream);

    /// <summary>Reads until the connection ends; gives why it did.</summary>
    public async Task<string> ReadAsync()
    {
        try
        {
            while (true)
            {
                if (length == buffer.Length) Array.Resize(ref buffer, length * 2);
                var count = await stream.ReadAsync(buffer.AsMemory(length));
                if (count == 0) return "closed by the subject";
                length += count;
                Handle();
                Queue.Flush();
                end.Traffic?.OnBatch();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return e.Message;
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    public void Close() => stream.Dispose();

    private void Handle()
    {
        var used = 0;
        while (used < length && SipView.TryRead(buffer.AsSpan(used, length - used), out var view) is > 0 and var taken)
        {
            used += taken;
            if (view.IsRequest) end.Answer(this, in view);
            else end.Settle(this, in view);
        }

        Buffer.BlockCopy(buffer, used, buffer, 0, length - used);
        length -= used;
    }
}
