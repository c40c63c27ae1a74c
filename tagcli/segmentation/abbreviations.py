"""Words that end in a full stop which ends no sentence.

Chosen by hand from the sentence-break suppressions for German, English, French and Italian in
Unicode's CLDR (common/segments, once data of ULI), without what is a word or a name too (Alt.,
Best., Joe., Max.), and from titles, addresses and law reports in the four languages.
"""

import re


def listed(words: str) -> frozenset[str]:
    """Set of the words of a string, to keep lists readable."""
    return frozenset(words.split())


# Abbreviations before a name, which never stand at the end of a sentence.
TITLES = listed(
    "Dr Drs Prof Mr Mrs Ms Messrs Rev Fr Hon Gov Sen Rep Gen Col Capt Cpt Lt Sgt Maj Cpl Cmdr Adm"
    " Pres St Ste Sts Sta Mt Mts Ft Pt Hr Hrn Frl Dipl Ing MM Mme Mmes Mlle Mlles Mgr Pr sig sigg"
    " dott prof avv ing geom mons Sig Sigg Dott Avv Mons On dr col gen"
    " Fa Fam Gebr Abg Hl hl Pfr Egr egr Spett spett Supt Insp Lieut Cdr Pfc Atty"
)
ABBREVIATIONS = listed(
    "bzw usw ca Mio Mrd Tsd Nr Abb Bd Bde Hrsg Jh Jhd Kap Str str Abs Aufl Anm bes sog sogen ggf"
    " evtl ehem eigtl vgl inkl exkl zzgl geb gest verh röm kath ev evang österr schweiz amerik brit"
    " dt engl franz frz lat ital jap russ poln span griech niederl türk arab hebr reg var Chr endg"
    " chin allg insb lfd Forts Vors Verf av apr env éd chap hab boul bd cf etc ecc ibid cfr pag"
    " pagg artt nn ed trad lett sgg ss ind vs approx dept Dept Ave Blvd Rd Univ Assn eds feat ft"
    " spp sp al Ph Ltd Co"
    # German
    " Bzw Vgl Ca Evtl Ggf ggfs Allg Zzgl Inkl Insb Ehem Urspr urspr ursprüngl Wg wg Gem Az Ziff Mag"
    " Buchst Beschl Urt Slg Rdnr lt gez stellv Std Kto Ausg Ges Jahrh Inh Bez Lkr Gde Nds Einw"
    " med iur jur phil rer nat theol oec habil vet dent nördl südl östl westl südd schles schwäb"
    " kgl amtl entspr einschl erw gesch gegr begr verw gedr tägl jhrl mtl näml jew bspw bzgl dgl"
    " ebd Übers Nachf Wwe jun sen kfm Ztg Ztr Pfd"
    # French
    " Cass civ crim soc cie Cie inc adr anc dép arr fg rééd édit réf équiv illustr coll encycl"
    " exempl dict gouv hôp imprim broch synth bibl jurispr préf Sté Ets Vve env hist"
    # Italian
    " co sez lgs d.lgs D.lgs f.lli F.lli p.zza P.zza card arch Cav tav prov Cfr"
    # English
    " Sec Det Amb Asst Assoc Comm Rt Approx Misc Exec exec Yr Phys Adv Sq Etc Esq Calif Tenn Fla"
    " Wis Minn Ariz Okla Neb"
)
# Abbreviations only where a number follows: otherwise they are ordinary words or names.
NUMBERED = listed(
    "No no Nos nos Nr nr n N Art art Arts arts Fig fig Figs Vol vol Vols p pp P S Op op cap Cap"
    " Tab tab Tel tel max min mind Ch ch Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Okt Dez"
    " janv févr avr juil oct nov déc gen feb mar mag giu lug ago set ott dic lt sec Sat ext"
    " sept Kl Rn Rz Fn Bl Jg Pkt Anh Anl Abt Sek"
)
# The full stop is part of the name, even at the end of a sentence.
NAME_SUFFIXES = listed("Jr Sr jr Inc Corp Ltd Co Bros")

DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}")
ROMAN = re.compile(r"[IVXLC]{2,7}")
