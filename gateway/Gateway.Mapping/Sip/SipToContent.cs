using System.Text;
using Gateway.Federation;
using Gateway.Mapping.Documents;
using Gateway.Mapping.Text;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Mapping.Sip;

/// <summary>
/// Bodies of MESSAGE and INFO into neutral content: RFC 7572 §5, RFC 7573 §5, field fact C4. Plain text takes a short way; HTML, RTF, multipart and typing documents the long one.
/// </summary>
public static class SipToContent
{
    private const int BodyBytesMax = 64 * 1024;

    // An alternative inside a mixed one is met; deeper is nobody's client.
    private const int DepthMax = 3;

    /// <summary>A whole MESSAGE: body, Subject, language, and Call-ID as thread (RFC 7572 table 1).</summary>
    public static SipContent Read(SipRequest request)
    {
        var content = Read(request.First(SipHeaderId.ContentType), request.Body.Span);
        return content.Message is not { } message ? content : SipContent.Of(new MessageContent(message.Body)
        {
            Xhtml = message.Xhtml,
            Subject = request.FirstText(SipHeaderId.Subject),
            Thread = request.CallId,
            Language = request.FirstText(SipHeaderId.ContentLanguage),
        });
    }

    /// <summary>A body by its Content-Type value; an absent type is plain text (RFC 3428 §8).</summary>
    public static SipContent Read(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        if (body.Length > BodyBytesMax) return SipContent.Refused(MappingReason.BodyTooLarge);
        if (contentType.IsEmpty || contentType.SequenceEqual("text/plain"u8)
            || Ascii.EqualsIgnoreCase(contentType, "text/plain; charset=UTF-8"u8) || Ascii.EqualsIgnoreCase(contentType, "text/plain;charset=UTF-8"u8))
            return OfPlain(Encoding.UTF8.GetString(body));
        return MediaType.TryRead(contentType, out var type) ? Read(type, body, 0) : SipContent.Refused(MappingReason.BodyTypeUnsupported);
    }

    private static SipContent Read(MediaType type, ReadOnlySpan<byte> body, int depth)
    {
        switch (type.Name)
        {
            case "text/plain":
                return OfPlain(Decode(body, type.Charset));
            case "text/html":
                return OfRich(HtmlText.Read(Decode(body, type.Charset)));
            case "text/rtf" or "application/rtf":
                return RtfText.TryRead(Decode(body, type.Charset ?? "iso-8859-1"), out var rich) ? OfRich(rich) : SipContent.Refused(MappingReason.BodyMalformed);
            case "multipart/alternative" or "multipart/related" or "multipart/mixed":
                return OfMultipart(type, body, depth);
            case TypingDocuments.IsComposingType:
                return TypingDocuments.TryReadComposing(body, out var composing, out var reason) ? SipContent.Of(composing.State, composing.RefreshSeconds) : SipContent.Refused(reason);
            case TypingDocuments.KeyboardType or "text/xml":
                return TypingDocuments.TryReadKeyboard(body, out var typing, out _) ? SipContent.Of(typing.State, typing.RefreshSeconds) : SipContent.Nothing;

            // Microsoft side talk that no XMPP user needs (field fact C4): accepted and dropped, because refusing it confuses the client.
            case "application/x-ms-mim" or "application/xml+conversationinfo" or "application/csta+xml" or "application/ms-imdn+xml":
                return SipContent.Nothing;
            default:
                return SipContent.Refused(MappingReason.BodyTypeUnsupported);
        }
    }

    private static SipContent OfMultipart(MediaType type, ReadOnlySpan<byte> body, int depth)
    {
        if (depth >= DepthMax || type.Parameters.Get("boundary") is not { Length: > 0 and <= 200 } boundary) return SipContent.Refused(MappingReason.BodyMalformed);
        MessageContent? plain = null;
        MessageContent? html = null;
        MessageContent? other = null;
        var parts = Multipart.Split(body, boundary);
        foreach (var part in parts)
        {
            if (!MediaType.TryRead(part.ContentType, out var partType)) continue;
            var message = Read(partType, part.Content, depth + 1).Message;
            if (partType.Is("text/plain")) plain ??= message;
            else if (partType.Is("text/html")) html ??= message;
            else other ??= message;
        }

        if (plain is null && html is null && other is null) return parts.Count == 0 ? SipContent.Refused(MappingReason.BodyMalformed) : SipContent.Refused(MappingReason.BodyTypeUnsupported);

        // The words of the plain part, the form of the HTML one or else of the other.
        return SipContent.Of(plain is null ? html ?? other! : plain with { Xhtml = html?.Xhtml ?? other?.Xhtml });
    }

    private static SipContent OfPlain(string text)
    {
        var body = LineEnds.ToLf(text);
        return body.AsSpan().IndexOfAnyExcept('\n', ' ') < 0 ? SipContent.Nothing : SipContent.Of(new MessageContent(body));
    }

    private static SipContent OfRich(RichText rich)
    {
        var content = OfPlain(rich.Plain);
        return content.Message is null || rich.Xhtml is null ? content : SipContent.Of(content.Message with { Xhtml = rich.Xhtml });
    }

    private static string Decode(ReadOnlySpan<byte> body, string? charset)
    {
        var text = Charsets.Find(charset).GetString(body);
        return text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text;
    }
}
