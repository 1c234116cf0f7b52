using System.Globalization;
using System.Text;

namespace LyncEdge.Wire;

/// <summary>
/// Cuts a byte stream into messages by Content-Length alone (RFC 3261 §18.3). Leading CR and LF are keep-alives and are counted.
/// Limits are generous: the edge judges the gateway, it does not defend itself.
/// </summary>
public sealed class SipFramer
{
    private const int HeadBytesMax = 256 * 1024;
    private byte[] _buffer = new byte[16 * 1024];
    private int _length;

    public int KeepAlives { get; private set; }

    /// <summary>Set when the stream can no longer be cut; the connection must end.</summary>
    public string? Fault { get; private set; }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    public SipMessage? Next()
    {
        if (Fault is not null) return null;
        SkipKeepAlives();
        var pending = _buffer.AsSpan(0, _length);
        var end = pending.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            if (_length > HeadBytesMax) Fault = "head larger than " + HeadBytesMax.ToString(CultureInfo.InvariantCulture);
            return null;
        }

        var head = Encoding.UTF8.GetString(pending[..end]);
        if (!TryReadLength(head, out var bodyLength)) return null;
        var total = end + 4 + bodyLength;
        if (_length < total) return null;
        var body = pending[(end + 4)..total].ToArray();
        Consume(total);
        var message = SipMessage.Read(head, body, out var fault);
        if (message is null) Fault = fault;
        return message;
    }

    private bool TryReadLength(string head, out int length)
    {
        length = 0;
        var probe = SipMessage.Read(head, [], out var fault);
        if (probe is null)
        {
            Fault = fault;
            return false;
        }

        // Without Content-Length a stream transport cannot be framed (RFC 3261 §20.14): that is a fault of the sender.
        if (int.TryParse(probe.Get("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out length)) return true;
        Fault = "no usable Content-Length";
        return false;
    }

    private void SkipKeepAlives()
    {
        var skip = 0;
        while (skip < _length && _buffer[skip] is (byte)'\r' or (byte)'\n') skip++;
        if (skip >= 4) KeepAlives++;
        if (skip > 0) Consume(skip);
    }

    private void Consume(int count)
    {
        _buffer.AsSpan(count, _length - count).CopyTo(_buffer);
        _length -= count;
    }
}
