using System.Globalization;

namespace CdcLake.AspNetCore.Data;

/// <summary>Adds values up as SQL does: nulls do not count. Decimals are added exactly as long as they fit; what is drawn in the end has the accuracy of a screen.</summary>
internal sealed class Tally
{
    private long _count;
    private decimal _exact;
    private double _rough;
    private double _least = double.PositiveInfinity;
    private double _most = double.NegativeInfinity;

    /// <param name="value">A number, or anything where it is only counted.</param>
    /// <param name="isCounted">Only whether there is a value matters.</param>
    public void Add(object? value, bool isCounted)
    {
        if (value is null)
        {
            return;
        }

        _count++;
        if (isCounted)
        {
            return;
        }

        var number = value is Int128 wide ? (double)wide : value is UInt128 large ? (double)large : Convert.ToDouble(value, CultureInfo.InvariantCulture);
        (_least, _most) = (Math.Min(_least, number), Math.Max(_most, number));
        if (value is not (double or float or Int128 or UInt128) && Math.Abs(number) < 1e18 && Math.Abs(_exact) < 1e27m)
        {
            _exact += Convert.ToDecimal(value, CultureInfo.InvariantCulture);
        }
        else
        {
            _rough += number;
        }
    }

    public double? Value(string aggregate) => aggregate switch
    {
        "count" => _count,
        _ when _count == 0 => null,
        "sum" => Sum,
        "avg" => Sum / _count,
        "min" => _least,
        _ => _most,
    };

    private double Sum => (double)_exact + _rough;
}
