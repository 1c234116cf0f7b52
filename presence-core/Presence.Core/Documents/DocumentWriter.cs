using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Presence.Core.Model;

namespace Presence.Core.Documents;

/// <summary>
/// Writes the stored documents: compact UTF-8 JSON arrays with the format number first. One writer is used for many documents by one owner.
/// </summary>
public sealed class DocumentWriter : IDisposable
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _bytes = new(1_024);
    private readonly Utf8JsonWriter _json;

    public DocumentWriter() => _json = new Utf8JsonWriter(_bytes, s_options);

    public void Dispose() => _json.Dispose();

    internal void BeginDocument(int format)
    {
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        _json.WriteStartArray();
        _json.WriteNumberValue(format);
    }

    internal byte[] EndDocument()
    {
        _json.WriteEndArray();
        _json.Flush();
        return _bytes.WrittenSpan.ToArray();
    }

    internal void BeginArray() => _json.WriteStartArray();

    internal void EndArray() => _json.WriteEndArray();

    internal void Write(int value) => _json.WriteNumberValue(value);

    internal void Write(bool value) => _json.WriteBooleanValue(value);

    internal void Write(string? text)
    {
        if (text is null) _json.WriteNullValue();
        else _json.WriteStringValue(text);
    }

    internal void Write(DateTimeOffset? time)
    {
        if (time is null) _json.WriteNullValue();
        else _json.WriteNumberValue(time.Value.ToUnixTimeMilliseconds());
    }

    internal void Write(Leg? leg)
    {
        Write(leg?.Id);
        if (leg is null) _json.WriteNullValue();
        else _json.WriteBase64StringValue(leg.Document.Span);
    }

    internal void WriteName<TName>(TName value)
        where TName : struct, Enum => _json.WriteStringValue(Enum.GetName(value));
}
