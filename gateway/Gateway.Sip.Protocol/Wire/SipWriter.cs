using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// Writes one message straight into the caller's buffer: start line, headers in the order of the calls, and last the body with its
/// Content-Length (RFC 3261 §7, §18.3). Values copied from a received message stay byte-exact. A line break in any value becomes a blank,
/// so no text of a user can start a header.
/// </summary>
public readonly struct SipWriter
{
    private readonly IBufferWriter<byte> _output;

    private SipWriter(IBufferWriter<byte> output) => _output = output;

    public static SipWriter Request(IBufferWriter<byte> output, ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
    {
        var writer = new SipWriter(output);
        writer.Raw(method);
        writer.Raw(" "u8);
        writer.Clean(uri);
        writer.Raw(" SIP/2.0\r\n"u8);
        return writer;
    }

    public static SipWriter Request(IBufferWriter<byte> output, SipMethod method, string uri)
    {
        var writer = new SipWriter(output);
        writer.Raw(method.Utf8Name());
        writer.Raw(" "u8);
        writer.Clean(uri);
        writer.Raw(" SIP/2.0\r\n"u8);
        return writer;
    }

    public static SipWriter Response(IBufferWriter<byte> output, int status, string? reason = null)
    {
        var writer = new SipWriter(output);
        writer.Raw("SIP/2.0 "u8);
        writer.Number((uint)status);
        writer.Raw(" "u8);
        writer.Clean(reason ?? SipReasonPhrases.Of(status));
        writer.Raw("\r\n"u8);
        return writer;
    }

    /// <summary>
    /// Starts the response to a request (RFC 3261 §8.2.6): all Via lines, From, To with our tag unless it has one or this is 100, Call-ID and CSeq
    /// copied byte for byte; Record-Route too where a dialog may come of it (§12.1.1). The caller adds headers and ends with <see cref="End()"/>.
    /// </summary>
    public static SipWriter ResponseTo(IBufferWriter<byte> output, SipMessage request, int status, string? reason = null, string? toTag = null)
    {
        var writer = Response(output, status, reason);
        writer.CopyAll(request, SipHeaderId.Via);
        if (status is > 100 and < 300) writer.CopyAll(request, SipHeaderId.RecordRoute);
        writer.CopyAll(request, SipHeaderId.From);
        if (request.Has(SipHeaderId.To)) writer.EchoTo(request.First(SipHeaderId.To), status == 100 ? null : toTag);
        writer.CopyAll(request, SipHeaderId.CallId);
        writer.CopyAll(request, SipHeaderId.CSeq);
        return writer;
    }

    private void EchoTo(ReadOnlySpan<byte> to, string? tag)
    {
        Raw("To: "u8);
        Clean(to);
        if (!string.IsNullOrEmpty(tag) && NameAddress.TagOf(to).IsEmpty)
        {
            Raw(";tag="u8);
            Clean(tag);
        }

        Raw("\r\n"u8);
    }

    public void Header(SipHeaderId id, ReadOnlySpan<byte> value)
    {
        Name(id.Utf8Name());
        Clean(value);
        Raw("\r\n"u8);
    }

    public void Header(SipHeaderId id, string value)
    {
        Name(id.Utf8Name());
        Clean(value);
        Raw("\r\n"u8);
    }

    public void Header(SipHeaderId id, uint value)
    {
        Name(id.Utf8Name());
        Number(value);
        Raw("\r\n"u8);
    }

    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name(name);
        Clean(value);
        Raw("\r\n"u8);
    }

    public void Header(string name, string value)
    {
        Clean(name);
        Raw(": "u8);
        Clean(value);
        Raw("\r\n"u8);
    }

    public void CSeq(uint number, SipMethod method)
    {
        Raw("CSeq: "u8);
        Number(number);
        Raw(" "u8);
        Raw(method.Utf8Name());
        Raw("\r\n"u8);
    }

    /// <summary>Our topmost Via of a request: <c>SIP/2.0/TLS sentBy;branch=…</c>.</summary>
    public void Via(string transport, string sentBy, string branch)
    {
        Raw("Via: SIP/2.0/"u8);
        Clean(transport);
        Raw(" "u8);
        Clean(sentBy);
        Raw(";branch="u8);
        Clean(branch);
        Raw("\r\n"u8);
    }

    /// <summary>One Route line of a URI kept without its brackets.</summary>
    public void Route(string uri)
    {
        Raw("Route: <"u8);
        Clean(uri);
        Raw(">\r\n"u8);
    }

    /// <summary>A From or To line made of the raw name-addr with its parameters and a tag.</summary>
    public void Tagged(SipHeaderId id, string nameAddress, string? tag)
    {
        Name(id.Utf8Name());
        Clean(nameAddress);
        if (!string.IsNullOrEmpty(tag))
        {
            Raw(";tag="u8);
            Clean(tag);
        }

        Raw("\r\n"u8);
    }

    /// <summary>All lines of one header, byte for byte, each on a line of its own under its original spelling.</summary>
    public void CopyAll(SipMessage message, SipHeaderId id)
    {
        for (var index = message.IndexOf(id, 0); index >= 0; index = message.IndexOf(id, index + 1)) CopyLine(message, index);
    }

    /// <summary>Copies one line, whatever its name.</summary>
    public void CopyLine(SipMessage message, int index)
    {
        Raw(message.NameAt(index));
        Raw(": "u8);
        Raw(message.ValueAt(index));
        Raw("\r\n"u8);
    }

    /// <summary>Ends a message without a body.</summary>
    public void End() => Raw("Content-Length: 0\r\n\r\n"u8);

    /// <summary>Ends the message with a body; the length is computed here and nowhere else.</summary>
    public void End(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        if (!contentType.IsEmpty) Header(SipHeaderId.ContentType, contentType);
        Raw("Content-Length: "u8);
        Number((uint)body.Length);
        Raw("\r\n\r\n"u8);
        Raw(body);
    }

    public void End(string contentType, ReadOnlySpan<byte> body)
    {
        if (contentType.Length > 0) Header(SipHeaderId.ContentType, contentType);
        End(default(ReadOnlySpan<byte>), body);
    }

    private void Name(ReadOnlySpan<byte> name)
    {
        Raw(name);
        Raw(": "u8);
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_output.GetSpan(bytes.Length));
        _output.Advance(bytes.Length);
    }

    private void Number(uint value)
    {
        Utf8Formatter.TryFormat(value, _output.GetSpan(10), out var written);
        _output.Advance(written);
    }

    private void Clean(ReadOnlySpan<byte> value)
    {
        var span = _output.GetSpan(value.Length)[..value.Length];
        value.CopyTo(span);
        Flatten(span);
        _output.Advance(value.Length);
    }

    private void Clean(string value)
    {
        var span = _output.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length));
        var written = Encoding.UTF8.GetBytes(value, span);
        Flatten(span[..written]);
        _output.Advance(written);
    }

    private static void Flatten(Span<byte> written)
    {
        while (written.IndexOfAny((byte)'\r', (byte)'\n') is var at and >= 0) written[at] = (byte)' ';
    }
}
