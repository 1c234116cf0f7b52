using System.Text.Json;
using Presence.Core.Model;

namespace Presence.Core.Documents;

/// <summary>Reads the stored documents' values one after the other; anything unexpected is a <see cref="DocumentException"/>.</summary>
internal ref struct DocumentReader(ReadOnlySpan<byte> utf8)
{
    private Utf8JsonReader _json = new(utf8);

    /// <summary>The format number stands first in each document: what follows may differ.</summary>
    public void BeginDocument(int format)
    {
        BeginArray();
        var found = ReadInt32();
        if (found > format) throw new DocumentException($"The document has format {found}; this release reads up to {format}.");
        if (found < 1) throw new DocumentException($"{found} is not a format number.");
    }

    public void BeginArray() => Expect(JsonTokenType.StartArray);

    /// <summary>Whether another array begins; false at the end of the one around it, which is then read too.</summary>
    public bool TryBeginArray()
    {
        Next();
        return _json.TokenType switch
        {
            JsonTokenType.StartArray => true,
            JsonTokenType.EndArray => false,
            _ => throw new DocumentException($"Expected an array or the end of one, found {_json.TokenType}."),
        };
    }

    public void EndArray() => Expect(JsonTokenType.EndArray);

    public int ReadInt32()
    {
        Expect(JsonTokenType.Number);
        return _json.TryGetInt32(out var value) ? value : throw new DocumentException("A number is too large.");
    }

    public bool ReadBoolean()
    {
        Next();
        return _json.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw new DocumentException($"Expected a truth value, found {_json.TokenType}."),
        };
    }

    public string? ReadText()
    {
        Next();
        return _json.TokenType switch
        {
            JsonTokenType.String => _json.GetString(),
            JsonTokenType.Null => null,
            _ => throw new DocumentException($"Expected text, found {_json.TokenType}."),
        };
    }

    public string ReadName() => ReadText() ?? throw new DocumentException("A name is missing.");

    public TName ReadName<TName>()
        where TName : struct, Enum =>
        Enum.TryParse<TName>(ReadName(), out var value) ? value : throw new DocumentException($"Unknown {typeof(TName).Name}.");

    public DateTimeOffset? ReadTime()
    {
        Next();
        if (_json.TokenType == JsonTokenType.Null) return null;
        if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out var ms)) throw new DocumentException("Expected a time.");
        return DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }

    /// <summary>An id and its bytes, or null.</summary>
    public Leg? ReadLeg()
    {
        var id = ReadText();
        Next();
        if (_json.TokenType == JsonTokenType.Null) return null;
        if (_json.TokenType != JsonTokenType.String || !_json.TryGetBytesFromBase64(out var bytes)) throw new DocumentException("Expected a leg's document.");
        return new Leg(id ?? throw new DocumentException("A leg has no name."), bytes);
    }

    private void Expect(JsonTokenType type)
    {
        Next();
        if (_json.TokenType != type) throw new DocumentException($"Expected {type}, found {_json.TokenType}.");
    }

    private void Next()
    {
        try
        {
            if (!_json.Read()) throw new DocumentException("The document ends too early.");
        }
        catch (JsonException fault)
        {
            throw new DocumentException("The document is damaged.", fault);
        }
    }
}
