namespace Gateway.Mapping.Documents;

/// <summary>What one XML body may ask of us. Fixed: a presence or typing document is small.</summary>
internal static class DocumentLimits
{
    public const int BytesMax = 128 * 1024;
    public const int DepthMax = 32;
    public const int ElementsMax = 2_000;
    public const int AttributesMax = 32;
    public const int TextCharsMax = 64 * 1024;
}
