"""Files in the forms that published corpora have, with names made up."""

from __future__ import annotations

from typing import NamedTuple


class Form(NamedTuple):
    """A file as it is published, the tokens of its sentences, and the columns of its tags."""

    name: str
    text: str
    sentences: list[list[str]]
    tags: tuple[int, ...]
    encoding: str = "utf-8"


ANNA = ["Anna", "Berger", "lebt", "in", "Kassel", "."]
MAX = ["Max", "singt", "gern"]
ANNA_KO = list("안나는 서울에 산다")
MAX_KO = list("막스도 간다")

FORMS = {
    "WikiNEuRal": Form(
        "test.conllu",
        "0\tAnna\tB-PER\n1\tBerger\tI-PER\n2\tlebt\tO\n3\tin\tO\n4\tKassel\tB-LOC\n5\t.\tO\n\n"
        "0\tMax\tB-PER\n1\tsingt\tO\n2\tgern\tO\n\n",
        [ANNA, MAX],
        (2,),
    ),
    "UNER": Form(
        "de_pud-ud-test.iob2",
        "# sent_id = x-1\n# text = Anna Berger lebt in Kassel.\n"
        "1\tAnna\tB-PER\t-\tann\n2\tBerger\tI-PER\t-\tann\n3\tlebt\tO\t-\tann\n4\tin\tO\t-\tann\n"
        "5\tKassel\tB-LOC\t-\tann\n6\t.\tO\t-\tann\n\n"
        "# sent_id = x-2\n# text = Max singt gern\n"
        "1\tMax\tB-PER\t-\tann\n2\tsingt\tO\t-\tann\n3\tgern\tO\t-\tann\n\n",
        [ANNA, MAX],
        (2,),
    ),
    "CoNLL-U": Form(
        "x.conllu",
        "# newdoc id = n1\n# sent_id = 1\n# text = Anna lebt am See.\n"
        "1\tAnna\tAnna\tPROPN\tNE\tCase=Nom\t2\tnsubj\t_\tname=B-PER\n"
        "2\tlebt\tleben\tVERB\tVVFIN\t_\t0\troot\t_\tname=O\n"
        "3-4\tam\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "3\tan\tan\tADP\tAPPR\t_\t5\tcase\t_\tname=O\n"
        "4\tdem\tder\tDET\tART\t_\t5\tdet\t_\tname=O\n"
        "5\tSee\tSee\tNOUN\tNN\t_\t2\tobl\t_\tSpaceAfter=No\n"
        "5.1\tlebt\tleben\tVERB\tVVFIN\t_\t_\t_\t2:conj\t_\n"
        "6\t.\t.\tPUNCT\t$.\t_\t2\tpunct\t_\tname=O\n\n"
        "# sent_id = 2\n"
        "1-2\tZum\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "1\tZu\tzu\tADP\tAPPR\t_\t3\tcase\t_\t_\n"
        "2\tdem\tder\tDET\tART\t_\t3\tdet\t_\t_\n"
        "3\tSee\tSee\tNOUN\tNN\t_\t0\troot\t_\t_\n\n",
        [["Anna", "lebt", "an", "dem", "See", "."], ["Zu", "dem", "See"]],
        (),
    ),
    "GermEval": Form(
        "NER-de-dev.tsv",
        "#\thttp://example.org/a\t[2010-01-02]\t\n"
        "1\tAnna\tB-PER\tO\n2\tBerger\tI-PER\tO\n3\tlebt\tO\tO\n4\tin\tO\tO\n"
        "5\tKassel\tB-LOC\tO\n6\t.\tO\tO\n\n"
        "#\thttp://example.org/b\t[2010-01-02]\t\n"
        "1\tMax\tB-PER\tO\n2\tsingt\tO\tO\n3\tgern\tO\tO\n\n",
        [ANNA, MAX],
        (2, 3),
    ),
    "KLUE": Form(
        "klue-ner-v1.1_dev.tsv",
        "## klue-ner-v1_dev_00000-nsmc\t<안나:PS>는 <서울:LC>에 산다\n"
        "안\tB-PS\n나\tI-PS\n는\tO\n \tO\n서\tB-LC\n울\tI-LC\n에\tO\n \tO\n산\tO\n다\tO\n\n"
        "## klue-ner-v1_dev_00001-nsmc\t<막스:PS>도 간다\n"
        "막\tB-PS\n스\tI-PS\n도\tO\n \tO\n간\tO\n다\tO\n\n",
        [ANNA_KO, MAX_KO],
        (1,),
    ),
    "KLP": Form(
        "ner.dev",
        "; 안나는 서울에 산다.\n$<안나:PS>는 <서울:LC>에 산다.\n"
        "1\t안나\tNNP\tB_PS\n1\t는\tJX\tO\n2\t서울\tNNP\tB_LC\n2\t에\tJKB\tO\n3\t살\tVV\tO\n"
        "3\tㄴ다\tEF\tO\n3\t.\tSF\tO\n\n"
        "; 막스도 간다.\n$<막스:PS>도 간다.\n"
        "1\t막스\tNNP\tB_PS\n1\t도\tJX\tO\n2\t가\tVV\tO\n2\tㄴ다\tEF\tO\n2\t.\tSF\tO\n\n",
        [["안나", "는", "서울", "에", "살", "ㄴ다", "."], ["막스", "도", "가", "ㄴ다", "."]],
        (3,),
    ),
    "MultiCoNER": Form(
        "de_dev.conll",
        "# id 0a1b-22\tdomain=de\nanna _ _ B-PER\nberger _ _ I-PER\nsingt _ _ O\n\n"
        "# id 0a1b-23\tdomain=de\nmax _ _ B-OtherPER\nsingt _ _ O\n\n",
        [["anna", "berger", "singt"], ["max", "singt"]],
        (3,),
    ),
    "HIPE": Form(
        "HIPE-2022-v2.1-hipe2020-dev-de.tsv",
        "TOKEN\tNE-COARSE-LIT\tNE-COARSE-METO\tNE-FINE-LIT\tNE-FINE-METO\tNE-FINE-COMP\t"
        "NE-NESTED\tNEL-LIT\tNEL-METO\tMISC\n"
        "# hipe2022:document_id = NZZ-1\n# hipe2022:date = 1798-01-20\n"
        + "".join(
            f"{token}\t{tag}\tO\t{tag}\tO\tO\tO\t_\t_\t{misc}\n"
            for token, tag, misc in (
                ("Anna", "B-pers", "_"),
                ("Berger", "I-pers", "_"),
                ("lebt", "O", "EndOfLine"),
                ("in", "O", "_"),
                ("Kassel", "B-loc", "NoSpaceAfter"),
                (".", "O", "EndOfSentence"),
            )
        )
        + "# hipe2022:segment_iiif_link = _\n"
        + "".join(f"{token}\tO\tO\tO\tO\tO\tO\t_\t_\t_\n" for token in MAX)
        + "\n",
        [[*ANNA, *MAX]],
        (1, 2, 3, 4, 5, 6),
    ),
    "WNUT": Form(
        "emerging.test.annotated",
        "Anna\tB-person\nBerger\tI-person\nlebt\tO\nin\tO\nKassel\tB-location\n.\tO\n\t\n"
        "Max\tB-person\nsingt\tO\ngern\tO\n\t\n",
        [ANNA, MAX],
        (1,),
    ),
    "CoNLL-2002": Form(
        "ned.testa",
        "-DOCSTART- -DOCSTART- O\nAnna N B-PER\nBerger N I-PER\nlebt V O\nin Prep O\n"
        "Kassel N B-LOC\n. Punc O\n\nMax N B-PER\nsingt V O\ngern Adv O\n\n",
        [ANNA, MAX],
        (2,),
    ),
    "CoNLL-2003": Form(
        "deu.testa",
        "-DOCSTART- -X- -X- -X- O\n\nJörg Jörg NE I-NC I-PER\nMüller <unknown> NE I-NC I-PER\n"
        "wohnt wohnen VVFIN I-VC O\n. . $. O O\n\n",
        [["Jörg", "Müller", "wohnt", "."]],
        (3, 4),
        "latin-1",
    ),
    "Europeana": Form(
        "enp_DE.lft.bio",
        "Anna I-PER\nBerger I-PER\nlebt O\nin O\nKassel I-LOC\n. O\n",
        [ANNA],
        (1,),
    ),
    "KIND": Form(
        "wikinews_dev.tsv",
        "Anna\tPER\nBerger\tPER\nlebt\tO\nin\tO\nKassel\tLOC\n.\tO\n\nMax\tPER\nsingt\tO\ngern\tO\n",
        [ANNA, MAX],
        (1,),
    ),
    "CrossNER": Form(
        "train.txt",
        "Anna\tB-person\nBerger\tI-person\nlebt\tO\nin\tO\nKassel\tB-location\n.\tO\n\n"
        "Max\tB-person\nsingt\tO\ngern\tO\n\n",
        [ANNA, MAX],
        (1,),
    ),
    "MIT movie": Form(
        "engtrain.bio",
        "B-ACTOR\tAnna\nI-ACTOR\tBerger\nO\tlebt\nO\tin\nB-PLACE\tKassel\nO\t.\n\n"
        "B-ACTOR\tMax\nO\tsingt\nO\tgern\n",
        [ANNA, MAX],
        (0,),
    ),
}
