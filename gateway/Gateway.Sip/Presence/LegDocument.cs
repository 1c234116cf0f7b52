using System.Buffers;
using System.Text.Json;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Presence.Core.Model;

namespace Gateway.Sip.Presence;

/// <summary>The stored leg of a SIP dialog: which peer it belongs to (design law 11) and the dialog itself.</summary>
internal static class LegDocument
{
    private const int Format = 1;

    // Read by us alone: escaping the brackets of headers would only double its size.
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string IdOf(DialogId id) => string.Concat(id.CallId, ";", id.LocalTag, ";", id.RemoteTag);

    public static Leg Write(DialogState dialog, string peer)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            json.WriteStartObject();
            json.WriteNumber("f", Format);
            json.WriteString("peer", peer);
            json.WritePropertyName("dialog");
            DialogDocument.WriteTo(json, dialog);
            json.WriteEndObject();
        }

        return new Leg(IdOf(dialog.Id), output.WrittenSpan.ToArray());
    }

    public static bool TryRead(Leg leg, out DialogState dialog, out string peer)
    {
        (dialog, peer) = (null!, "");
        try
        {
            using var json = JsonDocument.Parse(leg.Document);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("f", out var format) || format.GetInt32() != Format) return false;
            peer = root.GetProperty("peer").GetString() ?? "";
            return DialogDocument.TryRead(root.GetProperty("dialog"), out dialog) == SipReason.None;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
