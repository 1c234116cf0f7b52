namespace Gateway.Host.Generate;

/// <summary>The settings of a far server, by the name its profile has.</summary>
public static class FarSettings
{
    /// <summary>The servers whose settings can be written.</summary>
    public static IReadOnlyList<string> Products { get; } = ["openfire", "prosody", "ejabberd"];

    public static string Write(string product, Partnership with) => product switch
    {
        "openfire" => OpenfireSettings.Write(with),
        "prosody" => ProsodySettings.Write(with),
        "ejabberd" => EjabberdSettings.Write(with),
        _ => throw new ArgumentException($"Takes one of {string.Join(", ", Products)}.", nameof(product)),
    };
}
