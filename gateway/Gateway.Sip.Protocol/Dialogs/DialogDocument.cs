using System.Buffers;
using System.Text.Json;

namespace Gateway.Sip.Protocol.Dialogs;

/// <summary>
/// The stored form of a dialog: one small JSON object with a format number (design §15.4). Readers take their own format and the one before;
/// a document over 16 KiB is refused, never cut.
/// </summary>
public static class DialogDocument
{
    public const int Format = 1;

    public const int BytesMax = 16 * 1024;

    // The document is read by us alone, never shown in a page: escaping the brackets of headers would only double its size.
    private static readonly JsonWriterOptions _options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document, or null when the dialog is too large to keep.</summary>
    public static byte[]? Write(DialogState dialog)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, _options)) WriteTo(json, dialog);
        return output.WrittenCount <= BytesMax ? output.WrittenSpan.ToArray() : null;
    }

    /// <summary>Writes the object into a larger document, such as a usage's leg.</summary>
    public static void WriteTo(Utf8JsonWriter json, DialogState dialog)
    {
        json.WriteStartObject();
        json.WriteNumber("f", Format);
        json.WriteString("call", dialog.Id.CallId);
        json.WriteString("lt", dialog.Id.LocalTag);
        json.WriteString("rt", dialog.Id.RemoteTag);
        json.WriteString("local", dialog.LocalHeader);
        json.WriteString("remote", dialog.RemoteHeader);
        json.WriteString("target", dialog.RemoteTarget);
        json.WriteStartArray("routes");
        foreach (var route in dialog.RouteSet) json.WriteStringValue(route);
        json.WriteEndArray();
        json.WriteNumber("lc", dialog.LocalCSeq);
        if (dialog.RemoteCSeq is { } remote) json.WriteNumber("rc", remote);
        json.WriteBoolean("caller", dialog.IsCaller);
        json.WriteEndObject();
    }

    public static SipReason TryRead(ReadOnlyMemory<byte> document, out DialogState dialog)
    {
        dialog = null!;
        if (document.Length > BytesMax) return SipReason.StoredDocumentInvalid;
        try
        {
            using var json = JsonDocument.Parse(document);
            return TryRead(json.RootElement, out dialog);
        }
        catch (JsonException)
        {
            return SipReason.StoredDocumentInvalid;
        }
    }

    public static SipReason TryRead(JsonElement root, out DialogState dialog)
    {
        dialog = null!;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("f", out var f) || !f.TryGetInt32(out var format)) return SipReason.StoredDocumentInvalid;
        if (format != Format) return SipReason.StoredFormatUnknown;
        if (!Text(root, "call", out var call) || !Text(root, "lt", out var localTag) || !Text(root, "rt", out var remoteTag)) return SipReason.StoredDocumentInvalid;
        if (!Text(root, "local", out var local) || !Text(root, "remote", out var remote) || !Text(root, "target", out var target)) return SipReason.StoredDocumentInvalid;
        if (!root.TryGetProperty("lc", out var lc) || !lc.TryGetUInt32(out var localCSeq)) return SipReason.StoredDocumentInvalid;
        if (!Routes(root, out var routes)) return SipReason.StoredDocumentInvalid;
        dialog = new DialogState
        {
            Id = new DialogId(call, localTag, remoteTag),
            LocalHeader = local,
            RemoteHeader = remote,
            RemoteTarget = target,
            RouteSet = routes,
            LocalCSeq = localCSeq,
            RemoteCSeq = root.TryGetProperty("rc", out var rc) && rc.TryGetUInt32(out var number) ? number : null,
            IsCaller = root.TryGetProperty("caller", out var caller) && caller.ValueKind == JsonValueKind.True,
        };
        return SipReason.None;
    }

    private static bool Routes(JsonElement root, out List<string> routes)
    {
        routes = [];
        if (!root.TryGetProperty("routes", out var array) || array.ValueKind != JsonValueKind.Array) return false;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String) return false;
            routes.Add(item.GetString()!);
        }

        return true;
    }

    private static bool Text(JsonElement root, string name, out string text)
    {
        text = "";
        if (!root.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return false;
        text = value.GetString()!;
        return true;
    }
}
