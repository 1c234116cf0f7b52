using Gateway.Host.Configuration;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway config check</c> and <c>gateway config schema</c>.</summary>
internal static class ConfigVerb
{
    public static int Check(string file, bool asJson)
    {
        var reading = ConfigurationFile.Read(file);
        if (asJson) Output.Json(new { reading.File, reading.IsGood, reading.Faults });
        else if (reading.IsGood) Output.Line($"{reading.File}: good");
        else Output.Faults(reading.File, reading.Faults);
        return reading.IsGood ? ExitCodes.Good : ExitCodes.ConfigurationFaults;
    }

    public static int Schema()
    {
        Output.Line(ConfigurationSchema.Write());
        return ExitCodes.Good;
    }
}
