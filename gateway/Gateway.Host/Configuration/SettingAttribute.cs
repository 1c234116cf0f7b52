namespace Gateway.Host.Configuration;

/// <summary>
/// What the operator should know of one setting. Binder, JSON schema and <c>docs/settings.md</c> read the same attribute: there is no second place for one fact.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string text) : Attribute
{
    public string Text { get; } = text;

    /// <summary>The setting must be written.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Smallest allowed number; ignored unless smaller than <see cref="Max"/>.</summary>
    public long Min { get; init; }

    /// <summary>Largest allowed number.</summary>
    public long Max { get; init; }

    public bool HasRange => Max > Min;
}
